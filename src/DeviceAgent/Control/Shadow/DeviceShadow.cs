using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control.Cloud;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>
/// The named shadow <c>device-agent</c>. A delta is only a hint: the agent then reads the whole shadow, so stale, duplicate or
/// reordered messages are harmless.
/// </summary>
internal sealed class DeviceShadow
{
    public const string Name = "device-agent";

    private const string NotFound = "404";
    private const string TooLarge = "413";
    private const string Conflict = "409";

    private readonly IotConnection _connection;
    private readonly ILogger _logger;
    private readonly string _prefix;
    private readonly Lock _gate = new();
    private JsonObject? _reported;
    private ShadowDocument? _latest;
    private long _version;
    private bool _isCurrent;
    private int _room = ReportFit.RoomBeside(0);
    private string? _shortened;
    private string? _refused;

    public DeviceShadow(string thingName, IotConnection connection, ILogger<DeviceShadow> logger)
    {
        (_connection, _logger) = (connection, logger);
        _prefix = $"$aws/things/{thingName}/shadow/name/{Name}";
        connection.Connected += Invalidate;
    }

    /// <summary>There may be something new to read. Handlers must return at once.</summary>
    public event Action? Outdated;

    /// <summary>It was read. Handlers must return at once.</summary>
    public event Action? Read;

    /// <summary>Nothing newer than what was read last is known.</summary>
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

    /// <summary>What it reports, as far as is known; null when that is not known. Must not be changed.</summary>
    public JsonObject? Reported
    {
        get
        {
            lock (_gate) return _reported;
        }
    }

    /// <summary>Reads the shadow.</summary>
    /// <returns>Why it could not be read; null when it was, and when there is none yet.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        var deaf = await _connection.ListenAsync($"{_prefix}/update/delta", OnUpdate, cancellationToken).ConfigureAwait(false)
            ?? await _connection.ListenAsync($"{_prefix}/update/accepted", OnUpdate, cancellationToken).ConfigureAwait(false);
        if (deaf is not null) return deaf;
        var answer = await _connection.Requests.AskAsync($"{_prefix}/get", [], cancellationToken).ConfigureAwait(false);
        if (answer is TopicResponse.Accepted accepted) Take(ShadowDocument.Read(accepted.Json));
        else if (answer is TopicResponse.Rejected { Code: NotFound }) Take(null);
        else return Failed("reading it", answer);
        Read?.Invoke();
        return null;
    }

    /// <summary>Why reports say less than they would; null when they say all.</summary>
    public string? Shortened => Volatile.Read(ref _shortened);

    /// <summary>Reports what differs from what the shadow has, or as much of it as there is room for.</summary>
    /// <returns>Why it could not be reported; null when it was, when nothing differs, and when there is no room for anything.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicResponse?> ReportAsync(JsonObject full, CancellationToken cancellationToken)
    {
        JsonObject? known;
        int room, desired;
        lock (_gate) (known, room, desired) = (_reported, _room, _latest?.DesiredBytes ?? 0);
        var report = ReportFit.Within(full, room, $"desired has {desired} of {ReportFit.MaxStateBytes} bytes");
        SayShortened(full, report, desired);
        if (known is null || report is null || ReportedDifference.Between(known, report) is not { } difference) return null;
        var update = new JsonObject { ["state"] = new JsonObject { ["reported"] = difference } };
        var answer = await _connection.Requests.AskAsync($"{_prefix}/update", update, cancellationToken).ConfigureAwait(false);
        if (answer is not TopicResponse.Accepted accepted)
        {
            // It may have been taken: what the shadow has is not known any more.
            if (answer is TopicResponse.Missing { Reason: NoResponse.Lost }) Invalidate();

            // More is desired by now than was read, or AWS IoT counts otherwise.
            if (answer is TopicResponse.Rejected { Code: TooLarge }) Halve(ReportFit.SizeOf(report));
            return Failed("the report", answer);
        }

        _refused = null;
        TakeReported(report, ShadowDocument.VersionOf(accepted.Payload) ?? 0);
        return null;
    }

    /// <summary>Takes keys out of the desired state, unless somebody has changed the shadow meanwhile. It is to be read again then, and after success.</summary>
    /// <param name="removal">The keys, each null.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    /// <returns>Whether they were taken out; and why that could not be done, null when the shadow was changed meanwhile.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<(bool Removed, TopicResponse? Failure)> RemoveDesiredAsync(JsonObject removal, CancellationToken cancellationToken)
    {
        long version;
        lock (_gate) version = _version;
        var update = new JsonObject { ["state"] = new JsonObject { ["desired"] = removal }, ["version"] = version };
        var answer = await _connection.Requests.AskAsync($"{_prefix}/update", update, cancellationToken).ConfigureAwait(false);
        var isConflict = answer is TopicResponse.Rejected { Code: Conflict };
        if (isConflict || answer is TopicResponse.Accepted or TopicResponse.Missing { Reason: NoResponse.Lost }) Invalidate();
        return (answer is TopicResponse.Accepted, isConflict || answer is TopicResponse.Accepted ? null : Failed("taking out what a job has overtaken", answer));
    }

    private TopicResponse Failed(string what, TopicResponse answer)
    {
        if (answer is TopicResponse.Rejected rejected)
        {
            var refused = $"{what} {rejected.Code} {rejected.Message}";
            if (refused != _refused) _logger.ShadowRefused(what, rejected.Code, rejected.Message);
            _refused = refused;
        }
        else if (answer is TopicResponse.Missing missing) _logger.NoAnswer(what, missing.Message);
        return answer;
    }

    private void Halve(int size)
    {
        lock (_gate) _room = Math.Min(_room, size / 2);
        Invalidate();
    }

    private void SayShortened(JsonObject full, JsonObject? report, int desired)
    {
        var problem = ReferenceEquals(report, full) ? null
            : $"its desired state has {desired} of the {ReportFit.MaxStateBytes} bytes that AWS IoT allows for desired and reported together: {(report is null ? "there is no room for any report" : "reports are shortened")}. Take out of desired what the agent does not know.";
        if (problem is not null && problem != _shortened) _logger.ReportShortened(problem);
        Volatile.Write(ref _shortened, problem);
    }

    private void Take(ShadowDocument? document)
    {
        lock (_gate)
        {
            // An update that came in while it was asked for is newer than the answer.
            _isCurrent = (document?.Version ?? 0) >= _version;
            if ((document?.DesiredBytes ?? 0) != (_latest?.DesiredBytes ?? 0)) _room = ReportFit.RoomBeside(document?.DesiredBytes ?? 0);
            (_version, _latest, _reported) = (document?.Version ?? 0, document, document?.Reported ?? []);
        }
    }

    private void TakeReported(JsonObject full, long version)
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
        if (payload.ValueKind != JsonValueKind.Object)
        {
            Invalidate();
            return;
        }

        if (_connection.Requests.IsOwn(payload) || ShadowDocument.VersionOf(payload) is not { } version) return;
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

/// <summary>What must be sent so that the shadow reports something else than it does.</summary>
internal static class ReportedDifference
{
    /// <summary>Null when there is none. A key that is no longer reported is sent as null, which deletes it.</summary>
    public static JsonObject? Between(JsonObject known, JsonObject wanted)
    {
        var difference = new JsonObject();
        foreach (var (key, value) in wanted)
        {
            if (value is JsonObject inner && known[key] is JsonObject before)
            {
                if (Between(before, inner) is { } nested) difference[key] = nested;
            }
            else if (!JsonNode.DeepEquals(known[key], value))
            {
                difference[key] = value?.DeepClone();
            }
        }

        foreach (var (key, _) in known.Where(k => !wanted.ContainsKey(k.Key))) difference[key] = null;
        return difference.Count == 0 ? null : difference;
    }
}
