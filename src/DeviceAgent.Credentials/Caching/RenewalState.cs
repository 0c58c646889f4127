using DeviceAgent.Credentials.Timing;

namespace DeviceAgent.Credentials.Caching;

/// <summary>What is held, what failed, and when the next attempt is due. Not thread-safe: the cache's lock guards it.</summary>
internal sealed class RenewalState(CredentialCacheOptions options, TimeProvider time, Random random)
{
    /// <summary>Requests that a life must have room for, so that one with a very short life (never AWS's) can still be renewed in time.</summary>
    private const int RequestsPerLife = 4;

    /// <summary>Every request takes one, whether a caller, the clock or a fault asks for it: no loop, here or in a caller, becomes a flood.</summary>
    private readonly TokenBucket _budget = new(options.RequestBurst, options.RequestInterval, time);
    private TimeSpan? _lapsedLife;

    /// <summary>The set held; look at <see cref="HeldCredentials.IsServable"/> before serving it.</summary>
    public HeldCredentials? Held { get; private set; }

    /// <summary>The last attempt's failure; null when it succeeded.</summary>
    public CredentialFailure? Failure { get; private set; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <summary>When the next attempt is due; null while one is running and before the first.</summary>
    public Deadline? Due { get; private set; }

    /// <summary>As last measured.</summary>
    public TimeSpan? ClockOffset { get; private set; }

    public TemporaryCredentials? Servable => Held is { } held && held.IsServable(time) ? held.Credentials : null;

    /// <summary>Why no attempt may be made now: the last one failed and it is too early, or there were too many. Null when one may.</summary>
    public CredentialFailure? Refusal =>
        Failure is not null && Due is { } due && due.Remaining(time) > TimeSpan.Zero ? Failure
        : _budget.UntilNext is var wait && wait > TimeSpan.Zero ? Failure ?? CacheFailures.TooManyRequests(wait)
        : null;

    /// <summary>How long until something is to be done: the next attempt, or the end of the set held.</summary>
    public TimeSpan? UntilNextEvent
    {
        get
        {
            var attempt = Due?.Remaining(time);
            var end = Held?.UntilEnd(time);
            return attempt is null || end < attempt ? end : attempt;
        }
    }

    /// <summary>Takes a request from the budget; false when none is left.</summary>
    public bool TryBegin()
    {
        if (_budget.TryTake() is not null) return false;
        Due = null;
        return true;
    }

    /// <summary>The attempt that is due waits until the budget allows it.</summary>
    public void Postpone() => Due = Deadline.In(_budget.UntilNext, time);

    /// <summary>Takes a set over. False, and nothing changes, when it is too old to be served at all.</summary>
    public bool TryHold(TemporaryCredentials credentials)
    {
        var held = HeldCredentials.From(credentials, options, random.NextDouble());
        if (!held.IsServable(time)) return false;
        Held = held;
        Failure = null;
        Failures = 0;
        _lapsedLife = null;
        var pace = credentials.Lifetime / RequestsPerLife;
        _budget.Interval = pace < options.RequestInterval ? pace : options.RequestInterval;
        ClockOffset = credentials.ClockOffset;
        Due = new Deadline(credentials.ReceivedAt, held.RefreshAfter);
        return true;
    }

    /// <summary>Notes a failure; the set held stays. Returns the delay before the next attempt.</summary>
    public TimeSpan Fail(CredentialFailure failure)
    {
        Failure = failure;
        Failures++;
        ClockOffset = failure.ClockOffset ?? ClockOffset;
        var delay = RetryPolicy.Delay(failure, Failures, new Hold(Held?.IsUrgent(time) ?? false, _lapsedLife), random.NextDouble(), options);
        if (_budget.UntilNext is var wait && wait > delay) delay = wait;
        Due = Deadline.In(delay, time);
        return delay;
    }

    /// <summary>A random part of the start's spread.</summary>
    public TimeSpan StartDelay() => options.StartSpread > TimeSpan.Zero ? random.NextDouble() * options.StartSpread : TimeSpan.Zero;

    public string StartReason => options.StartSpreadReason;

    /// <summary>Drops a set that a service refused; returns it.</summary>
    public TemporaryCredentials? Drop()
    {
        var dropped = Held?.Credentials;
        Held = null;
        return dropped;
    }

    /// <summary>Drops a set that has come to its end; returns it.</summary>
    public TemporaryCredentials? Lapse()
    {
        _lapsedLife = Held?.Credentials.Lifetime ?? _lapsedLife;
        return Drop();
    }
}
