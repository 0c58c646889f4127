using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>
/// The named shadow <c>device-agent</c>. What comes in only says that there is something new; what is, is then asked for, so that
/// old, doubled and disordered messages cannot mislead.
/// </summary>
internal sealed class DeviceShadow
{
    public const string Name = "device-agent";

    private const string NotFound = "404";

    private readonly CloudLink _link;
    private readonly ILogger _logger;
    private readonly string _prefix;
    private readonly Lock _gate = new();
    private JsonObject? _reported;
    private ShadowDocument? _latest;
    private long _version;
    private bool _isCurrent;

    public DeviceShadow(string thingName, CloudLink link, ILogger<DeviceShadow> logger)
    {
        (_link, _logger) = (link, logger);
        _prefix = $"$aws/things/{thingName}/shadow/name/{Name}";
        link.Connected += Invalidate;
    }

    /// <summary>There may be something new to read. Handlers must return at once.</summary>
    public event Action? Outdated;

    /// <summary>It was read. Handlers must return at once.</summary>
    public event Action? Read;

    /// <summary>What was read last is all that there is, as far as is known.</summary>
    public bool IsCurrent
    {
        get
        {
            lock (_gate) return _isCurrent;
        }
    }

    /// <summary>What was read last; null when there was no shadow, or it was not read yet.</summary>
    public ShadowDocument? Latest
    {
        get
        {
            lock (_gate) return _latest;
        }
    }

    /// <summary>Reads the shadow.</summary>
    /// <returns>Why it could not be read; null when it was, and when there is none yet.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicAnswer?> ReadAsync(CancellationToken cancellationToken)
    {
        var deaf = await _link.ListenAsync($"{_prefix}/update/delta", OnUpdate, cancellationToken).ConfigureAwait(false)
            ?? await _link.ListenAsync($"{_prefix}/update/accepted", OnUpdate, cancellationToken).ConfigureAwait(false);
        if (deaf is not null) return deaf;
        var answer = await _link.Requests.AskAsync($"{_prefix}/get", [], cancellationToken).ConfigureAwait(false);
        if (answer is TopicAnswer.Accepted accepted) Take(ShadowDocument.Read(accepted.Payload));
        else if (answer is TopicAnswer.Rejected { Code: NotFound }) Take(null);
        else return Failed("reading it", answer);
        Read?.Invoke();
        return null;
    }

    /// <summary>Reports what differs from what the shadow has.</summary>
    /// <returns>Why it could not be reported; null when it was, or when nothing differs.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicAnswer?> ReportAsync(JsonObject full, CancellationToken cancellationToken)
    {
        JsonObject? known;
        lock (_gate) known = _reported;
        if (known is null || ReportedDifference.Between(known, full) is not { } difference) return null;
        var update = new JsonObject { ["state"] = new JsonObject { ["reported"] = difference } };
        var answer = await _link.Requests.AskAsync($"{_prefix}/update", update, cancellationToken).ConfigureAwait(false);
        if (answer is not TopicAnswer.Accepted accepted)
        {
            // It may have been taken: what the shadow has is not known any more.
            if (answer is TopicAnswer.Missing { Reason: MissingAnswer.Lost }) Invalidate();
            return Failed("the report", answer);
        }

        Reported(full, ShadowDocument.VersionOf(accepted.Payload) ?? 0);
        return null;
    }

    private TopicAnswer Failed(string what, TopicAnswer answer)
    {
        if (answer is TopicAnswer.Rejected rejected) _logger.ShadowRefused(what, rejected.Code, rejected.Message);
        else if (answer is TopicAnswer.Missing missing) _logger.NoAnswer(what, missing.Message);
        return answer;
    }

    private void Take(ShadowDocument? document)
    {
        lock (_gate)
        {
            // An update that came in while it was asked for is newer than the answer.
            _isCurrent = (document?.Version ?? 0) >= _version;
            (_version, _latest, _reported) = (document?.Version ?? 0, document, document?.Reported ?? []);
        }
    }

    private void Reported(JsonObject full, long version)
    {
        bool missed;
        lock (_gate)
        {
            // Somebody else's update came in between, and went unheard.
            missed = version > _version + 1 && _version > 0;
            (_version, _reported) = (version, full);
            if (missed) _isCurrent = false;
        }

        if (missed) Outdated?.Invoke();
    }

    /// <summary>Whatever came before, the shadow is read again, and its version then is the one that counts.</summary>
    private void Invalidate()
    {
        lock (_gate) (_isCurrent, _version, _reported) = (false, 0, null);
        Outdated?.Invoke();
    }

    private void OnUpdate(JsonElement payload)
    {
        if (_link.Requests.IsOwn(payload) || ShadowDocument.VersionOf(payload) is not { } version) return;
        long known;
        lock (_gate)
        {
            known = _version;
            if (version > known) (_isCurrent, _version) = (false, version);
        }

        if (version > known) Outdated?.Invoke();
        else _logger.OldVersion(version, known);
    }
}
