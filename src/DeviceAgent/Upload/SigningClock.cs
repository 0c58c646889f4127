using Amazon;
using DeviceAgent.Credentials;

namespace DeviceAgent.Upload;

/// <summary>
/// Has requests signed with the service's time where the device's clock is wrong. What counts is the latest measurement, by the
/// credentials provider or by DynamoDB; the offset is counted anew at each use on the monotonic clock, so that a time
/// synchronisation in between is not corrected twice.
/// </summary>
internal sealed class SigningClock(TimeProvider time)
{
    /// <summary>DynamoDB tolerates 5 minutes; a measurement is good to a second or two.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(1);

    private Measurement? _byDynamoDb;

    /// <summary>DynamoDB refused a signature's time, and said what time it is.</summary>
    public void Measured(DateTimeOffset serverTime) => Volatile.Write(ref _byDynamoDb, new Measurement(serverTime, time.GetTimestamp()));

    /// <summary>What must be added to the local clock; zero when it is near enough.</summary>
    public TimeSpan OffsetFor(TemporaryCredentials credentials)
    {
        var serverTime = Volatile.Read(ref _byDynamoDb) is { } measured && measured.At > credentials.ReceivedAt
            ? measured.ServerTime + time.GetElapsedTime(measured.At)
            : credentials.Expiration - credentials.TimeLeft(time);
        var offset = serverTime - time.GetUtcNow();
        return offset.Duration() < Tolerated ? TimeSpan.Zero : offset;
    }

    /// <summary>The next requests of the SDK are signed so.</summary>
    public void ApplyFor(TemporaryCredentials credentials) => AWSConfigs.ManualClockCorrection = OffsetFor(credentials);

    private sealed record Measurement(DateTimeOffset ServerTime, long At);
}
