namespace DeviceAgent.Testbed.Faults;

/// <summary>The cloud's clock: this machine's, as far ahead or behind as the switches say. Timers run as always.</summary>
internal sealed class CloudClock(TimeProvider machine, FaultSwitches faults) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + faults.Current.ClockSkew;

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => machine.CreateTimer(callback, state, dueTime, period);
}
