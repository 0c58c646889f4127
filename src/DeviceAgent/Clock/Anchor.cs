namespace DeviceAgent.Clock;

/// <summary>A moment known on both clocks: from here the wall clock is counted on the monotonic one.</summary>
/// <param name="Wall">The true time.</param>
/// <param name="Monotonic">The same moment on the boot's monotonic clock.</param>
internal readonly record struct Anchor(DateTimeOffset Wall, TimeSpan Monotonic)
{
    public DateTimeOffset At(TimeSpan monotonic) => Wall + (monotonic - Monotonic);
}
