namespace DeviceAgent.Credentials.Caching;

/// <summary>What is held, what failed, and when the next attempt is due. Not thread-safe: the cache's lock guards it.</summary>
internal sealed class RenewalState(CredentialCacheOptions options, TimeProvider time, Random random)
{
    /// <summary>The set in force; look at <see cref="HeldCredentials.IsServable"/> before serving it.</summary>
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

    /// <summary>The last attempt failed and it is too early for another.</summary>
    public bool IsBackingOff => Failure is not null && Due is { } due && due.Remaining(time) > TimeSpan.Zero;

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

    public void Begin() => Due = null;

    /// <summary>Puts a set in force. False, and nothing changes, when it is too old to be served at all.</summary>
    public bool TryHold(TemporaryCredentials credentials)
    {
        var held = HeldCredentials.From(credentials, options, random.NextDouble());
        if (!held.IsServable(time)) return false;
        Held = held;
        Failure = null;
        Failures = 0;
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
        var delay = Backoff.Delay(failure, Failures, Held?.IsUrgent(time) ?? false, random.NextDouble(), options);
        Due = Deadline.In(delay, time);
        return delay;
    }

    /// <summary>Drops a set that has come to its end, or that a service refused; returns it.</summary>
    public TemporaryCredentials? Drop()
    {
        var dropped = Held?.Credentials;
        Held = null;
        return dropped;
    }
}
