using Amazon;
using DeviceAgent.Clock;

namespace DeviceAgent.Upload;

/// <summary>Has the SDK sign with the true time where the system's clock, which it goes by, is wrong.</summary>
internal static class ClockCorrection
{
    /// <summary>DynamoDB tolerates 5 minutes.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(1);

    /// <summary>What must be added to the system's clock; zero when it is near enough.</summary>
    public static TimeSpan From(DeviceClock clock)
    {
        var offset = clock.SystemOffset;
        return offset.Duration() < Tolerated ? TimeSpan.Zero : offset;
    }

    public static void Apply(DeviceClock clock) => AWSConfigs.ManualClockCorrection = From(clock);
}
