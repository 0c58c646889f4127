using Amazon;
using DeviceAgent.Credentials;

namespace DeviceAgent.Upload;

/// <summary>
/// Has requests signed with the provider's time where the device's clock is wrong. The offset is counted anew at each use on the
/// monotonic clock, so that a time synchronisation in between is not corrected twice.
/// </summary>
internal static class ClockCorrection
{
    /// <summary>DynamoDB tolerates 5 minutes; the measurement is good to a second or two.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(1);

    /// <summary>What must be added to the local clock; zero when it is near enough.</summary>
    public static TimeSpan From(TemporaryCredentials credentials, TimeProvider time)
    {
        var providerTime = credentials.Expiration - credentials.TimeLeft(time);
        var offset = providerTime - time.GetUtcNow();
        return offset.Duration() < Tolerated ? TimeSpan.Zero : offset;
    }

    public static void Apply(TemporaryCredentials credentials, TimeProvider time) => AWSConfigs.ManualClockCorrection = From(credentials, time);
}
