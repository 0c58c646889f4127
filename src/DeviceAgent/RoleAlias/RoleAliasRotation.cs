using System.Text.Json;
using System.Threading.Channels;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Timing;
using DeviceAgent.Upload;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// Changes the role alias make-before-break: credentials of the new one beside the old, a write with them, commit, probation. Whatever goes wrong,
/// and whenever the agent is killed, exactly one alias is active. One change at a time; who asks meanwhile waits.
/// </summary>
internal sealed class RoleAliasRotation : BackgroundService
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Channel<Probation> _probations = Channel.CreateUnbounded<Probation>();
    private readonly AliasSource _source;
    private readonly CredentialCache _cache;
    private readonly InterceptedSink _sink;
    private readonly OpenSink _open;
    private readonly RoleAliasState _state;
    private readonly AgentMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CandidateFetch _fetch;
    private readonly AliasVerifier _verifier;
    private readonly ProbationWatch _watch;
    private readonly LoopPulse _pulse;
    private Probation? _probation;

    public RoleAliasRotation(
        AliasSource source,
        CredentialCache cache,
        InterceptedSink sink,
        OpenSink open,
        RoleAliasState state,
        Heartbeat heartbeat,
        RotationOptions options,
        AgentMetrics metrics,
        LoopWatch loops,
        TimeProvider time,
        Random random,
        ILogger<RoleAliasRotation> logger)
    {
        (_source, _cache, _sink, _open, _state, _metrics, _time, _logger) = (source, cache, sink, open, state, metrics, time, logger);
        _fetch = new CandidateFetch(source, options, time, random, logger);
        _verifier = new AliasVerifier(sink, source, heartbeat, options, time, logger);
        _pulse = loops.Pulse("role alias");
        _watch = new ProbationWatch(source, cache, state, options, _pulse, time, random, logger);
        source.Answered += OnAnswered;
        RotationGauges.Register(metrics.Meter, state);

        // Killed on probation: it begins anew, whether or not the change is asked for again.
        if (state.Status is { Previous: { } previous } status) Watch(new Probation(status.Active, previous, time));
    }

    /// <summary>Ends when the alias is active and out of probation, or is not to be.</summary>
    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public async Task<ChangeOutcome> RotateAsync(string roleAlias, IChangeProgress progress, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (Volatile.Read(ref _probation) is { } current)
            {
                var isThis = current.RoleAlias == roleAlias;
                if (isThis) progress.Reached(RotationStep.Probation);
                var ended = await current.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
                if (isThis) return ended;
            }

            if (roleAlias == _state.Active) return ChangeOutcome.Unchanged($"the role alias {roleAlias} is active already.");
            return await ChangeAsync(roleAlias, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override void Dispose()
    {
        _source.Answered -= OnAnswered;
        _gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var probation in _probations.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                _pulse.Works();
                var outcome = await _watch.WatchAsync(probation, stoppingToken).ConfigureAwait(false);
                _sink.Interceptor = null;
                Volatile.Write(ref _probation, null);
                Count(outcome);
                if (outcome.Result == ChangeResult.RolledBack) _logger.RolledBack(probation.RoleAlias, outcome.Code, probation.Previous);
                probation.End(outcome);
            }
            finally
            {
                probation.Abandon();
                _ = _pulse.Waits();
            }
        }
    }

    private async Task<ChangeOutcome> ChangeAsync(string roleAlias, IChangeProgress progress, CancellationToken cancellationToken)
    {
        Probation probation;
        try
        {
            var (credentials, rejection) = await TryAliasAsync(roleAlias, progress, cancellationToken).ConfigureAwait(false);
            if (rejection is not null) return Reject(roleAlias, rejection);
            probation = Commit(roleAlias, credentials!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Reject(roleAlias, new RejectionReason(
                RejectionCode.StateNotSaved,
                $"The role alias {roleAlias} is proven but would not survive a restart: {e.Message} See to the disk and to the rights of the state directory, then ask again."));
        }
        catch (OperationCanceledException)
        {
            _state.Enter(RotationPhase.Settled);
            throw;
        }

        progress.Reached(RotationStep.Committed);
        progress.Reached(RotationStep.Probation);
        return await probation.Outcome.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Credentials that have proven themselves by a write, or why there are none. Changes nothing.</summary>
    private async Task<(TemporaryCredentials? Credentials, RejectionReason? Rejection)> TryAliasAsync(string roleAlias, IChangeProgress progress, CancellationToken cancellationToken)
    {
        _logger.Begins(roleAlias, _state.Active);
        _state.Enter(RotationPhase.Fetching, roleAlias);
        progress.Reached(RotationStep.Fetching);
        var fetched = await _fetch.FetchAsync(roleAlias, cancellationToken).ConfigureAwait(false);
        if (fetched is FetchResult.Failure failed) return (null, RejectionReason.Of(failed.Reason));

        _state.Enter(RotationPhase.Proving, roleAlias);
        progress.Reached(RotationStep.Proving);
        using var candidate = new Candidate(roleAlias, ((FetchResult.Success)fetched).Credentials, _open);
        var rejection = await _verifier.ProveAsync(candidate, cancellationToken).ConfigureAwait(false)
            ?? await _verifier.FreshenAsync(candidate, cancellationToken).ConfigureAwait(false);
        return rejection is null ? (candidate.Credentials, null) : (null, rejection);
    }

    /// <summary>The disk, the cache, the watch, in this order: what is served is never an alias that the next start would not use.</summary>
    private Probation Commit(string roleAlias, TemporaryCredentials credentials)
    {
        var previous = _state.Active;
        _state.Commit(roleAlias);
        try
        {
            _cache.SwitchTo(_source.Of(roleAlias), credentials);
        }
        catch (ArgumentException)
        {
            // The device slept over their end. The alias is proven: it is asked for a new set.
            _cache.SwitchTo(_source.Of(roleAlias));
        }

        _logger.Committed(roleAlias, previous);
        var probation = new Probation(roleAlias, previous, _time);
        Watch(probation);
        return probation;
    }

    private ChangeOutcome Reject(string roleAlias, RejectionReason rejection)
    {
        var outcome = rejection.Rejected();
        _state.Reject(roleAlias, outcome);
        Count(outcome);
        _logger.Rejected(roleAlias, rejection.Code, _state.Active);
        return outcome;
    }

    private void Watch(Probation probation)
    {
        Volatile.Write(ref _probation, probation);
        _sink.Interceptor = probation;
        _probations.Writer.TryWrite(probation);
    }

    private void OnAnswered(string roleAlias, FetchResult result)
    {
        if (Volatile.Read(ref _probation) is { } probation && probation.RoleAlias == roleAlias) probation.Answered(result);
    }

    private void Count(ChangeOutcome outcome) =>
        _metrics.RoleAliasChanges.Add(1, KeyValuePair.Create<string, object?>(AgentMetrics.ResultTag, JsonNamingPolicy.CamelCase.ConvertName(outcome.Result.ToString())));
}

/// <summary>The steps that are told while the alias changes.</summary>
internal static class RotationStep
{
    public const string Fetching = "fetching";
    public const string Proving = "proving";
    public const string Committed = "committed";
    public const string Probation = "probation";
}
