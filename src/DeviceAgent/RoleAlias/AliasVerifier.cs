using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using DeviceAgent.Upload;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>Waits until a candidate is proven or refuted by a write, and keeps its credentials fresh meanwhile.</summary>
internal sealed class AliasVerifier(InterceptedSink sink, AliasSource source, Heartbeat heartbeat, RotationOptions options, TimeProvider time, ILogger logger)
{
    /// <summary>Readings have so long to come before a heartbeat is written.</summary>
    public static readonly TimeSpan HeartbeatAfter = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RenewalPause = TimeSpan.FromSeconds(30);

    /// <summary>Null: proven. Afterwards nothing uses the candidate.</summary>
    public async Task<RejectionReason?> ProveAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        var trial = new AliasTrial(candidate, options.Propagation, time, logger);
        sink.Interceptor = trial;
        try
        {
            await WaitAsync(trial, candidate, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            sink.Interceptor = null;
            await trial.CloseAsync().ConfigureAwait(false);
        }

        return trial.Verdict.IsCompleted ? await trial.Verdict.ConfigureAwait(false) : trial.Unproven(options.ProofTimeout);
    }

    private async Task WaitAsync(AliasTrial trial, Candidate candidate, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var heartbeatAt = options.Heartbeat ? HeartbeatAfter : Timeout.InfiniteTimeSpan;
        var renewAt = Elapsed(start) + UntilHalfLife(candidate);
        while (!trial.Verdict.IsCompleted && Elapsed(start) < options.ProofTimeout)
        {
            var next = Min(options.ProofTimeout, renewAt);
            if (options.Heartbeat) next = Min(next, heartbeatAt);
            await WakeSignal.WaitAsync(trial.Verdict, next - Elapsed(start), time, cancellationToken).ConfigureAwait(false);
            if (trial.Verdict.IsCompleted) return;
            if (Elapsed(start) >= renewAt) renewAt = Elapsed(start) + (await RenewAsync(candidate, cancellationToken).ConfigureAwait(false) ? UntilHalfLife(candidate) : RenewalPause);
            if (!options.Heartbeat || Elapsed(start) < heartbeatAt) continue;
            heartbeatAt = Elapsed(start) + options.Propagation;
            if (trial.AwaitsWrite && heartbeat.Next() is { } item) await sink.WriteAsync(item, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that the credentials last for what comes after the proof; else why not.</summary>
    public async Task<RejectionReason?> FreshenAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        if (candidate.Credentials.TimeLeft(time) >= candidate.Credentials.Lifetime / 4) return null;
        var result = await source.FetchAsync(candidate.RoleAlias, cancellationToken).ConfigureAwait(false);
        if (result is FetchResult.Failure failed) return RejectionReason.Of(failed.Reason);
        candidate.Credentials = ((FetchResult.Success)result).Credentials;
        return null;
    }

    private async Task<bool> RenewAsync(Candidate candidate, CancellationToken cancellationToken)
    {
        switch (await source.FetchAsync(candidate.RoleAlias, cancellationToken).ConfigureAwait(false))
        {
            case FetchResult.Success success:
                candidate.Credentials = success.Credentials;
                return true;
            case FetchResult.Failure failed:
                logger.CandidateNotFetched(candidate.RoleAlias, failed.Reason.Kind, RenewalPause, failed.Reason.Message);
                return false;
            default:
                return false;
        }
    }

    private TimeSpan UntilHalfLife(Candidate candidate) => candidate.Credentials.TimeLeft(time) - (candidate.Credentials.Lifetime / 2);

    private TimeSpan Elapsed(long since) => time.GetElapsedTime(since);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}

/// <summary>A reading of the agent's own: <c>heartbeat: true</c>. It proves a role when there is no other to do it with.</summary>
internal sealed class Heartbeat(string serialNumber, LiveTimestamps timestamps)
{
    public const string Attribute = "heartbeat";

    /// <summary>The reading, with a timestamp that no other has; null while the time is not known.</summary>
    public IReadOnlyList<PendingReading>? Next()
    {
        if (timestamps.Next(serialNumber) is not { } timestamp) return null;
        var reading = new Reading(serialNumber, ReadingTime.ToTheMillisecond(timestamp), [KeyValuePair.Create<string, ReadingValue>(Attribute, new ReadingValue.Bool(true))]);
        return [new PendingReading(new SpoolRecord(0, SpoolClass.Normal, timestamp, null, ReadingJson.Write(reading)), ReadingKey.Of(reading))];
    }
}
