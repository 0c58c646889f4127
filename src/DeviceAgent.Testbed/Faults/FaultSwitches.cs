namespace DeviceAgent.Testbed.Faults;

/// <summary>The active faults: one immutable snapshot, swapped whole, so that a request never sees half of a change.</summary>
/// <param name="random">Decides which requests a fault with a probability hits.</param>
internal sealed class FaultSwitches(Random random)
{
    private readonly Lock _randomGate = new();
    private FaultSettings _current = new();

    public FaultSettings Current => Volatile.Read(ref _current);

    /// <summary>Raised after every change; handlers must neither block nor throw.</summary>
    public event Action? Changed;

    public void Set(FaultSettings settings) => Update(_ => settings);

    public void Update(Func<FaultSettings, FaultSettings> change)
    {
        FaultSettings seen;
        do seen = Current;
        while (Interlocked.CompareExchange(ref _current, change(seen), seen) != seen);
        Changed?.Invoke();
    }

    public void Clear() => Set(new FaultSettings());

    /// <summary>What the credentials provider is to do wrong with the request at hand; counts it.</summary>
    public CredentialsFault? TakeCredentials()
    {
        CredentialsFault? taken = null;
        Update(settings => settings with { Credentials = After(taken = settings.Credentials) });
        return taken;
    }

    /// <summary>The fault of this kind, when it hits the request at hand; counts it.</summary>
    public DynamoDbFault? Take(DynamoDbFaultKind kind)
    {
        if (Current.DynamoDb.Of(kind) is not { } set || !Hits(set.Probability)) return null;
        return TakeAlways(kind);
    }

    /// <summary>The fault of this kind whatever its probability, which the caller then applies to parts of the request; counts it.</summary>
    public DynamoDbFault? TakeAlways(DynamoDbFaultKind kind)
    {
        DynamoDbFault? taken = null;
        Update(settings => settings with { DynamoDb = settings.DynamoDb.With(kind, After(taken = settings.DynamoDb.Of(kind))) });
        return taken;
    }

    /// <summary>Draws once.</summary>
    public bool Hits(double probability)
    {
        lock (_randomGate) return random.NextDouble() < probability;
    }

    private static T? After<T>(T? fault) where T : class, ICountedFault<T> => fault?.AfterHit();
}

/// <summary>The cloud's clock: this machine's, as far ahead or behind as the switches say. Timers run as always.</summary>
internal sealed class CloudClock(TimeProvider machine, FaultSwitches faults) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + faults.Current.ClockSkew;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}
