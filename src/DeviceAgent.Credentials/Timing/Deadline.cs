namespace DeviceAgent.Credentials.Timing;

/// <summary>A moment on the monotonic clock: so long after a timestamp.</summary>
internal readonly record struct Deadline(long From, TimeSpan After)
{
    public static Deadline In(TimeSpan delay, TimeProvider time) => new(time.GetTimestamp(), delay);

    /// <summary>Zero or negative once it is reached.</summary>
    public TimeSpan Remaining(TimeProvider time) => After - time.GetElapsedTime(From);
}
