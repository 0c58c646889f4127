using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class ClockCorrectionTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void From_DeviceClockWrong_IsTheDifference()
    {
        var credentials = Received(providerAhead: TimeSpan.FromHours(3));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TimeSpan.FromHours(3), ClockCorrection.From(credentials, _time));
    }

    [Fact]
    public void From_ClockSetRightMeanwhile_CorrectsNothing()
    {
        var credentials = Received(providerAhead: TimeSpan.FromHours(3));
        _time.StepWallClock(TimeSpan.FromHours(3));
        Assert.Equal(TimeSpan.Zero, ClockCorrection.From(credentials, _time));
    }

    [Fact]
    public void From_FewSeconds_AreTolerated() => Assert.Equal(TimeSpan.Zero, ClockCorrection.From(Received(TimeSpan.FromSeconds(-50)), _time));

    private TemporaryCredentials Received(TimeSpan providerAhead) => new()
    {
        AccessKeyId = "ASIA",
        SecretAccessKey = new Secret("s"),
        SessionToken = new Secret("t"),
        Expiration = _time.GetUtcNow() + providerAhead + TimeSpan.FromHours(1),
        Lifetime = TimeSpan.FromHours(1),
        ReceivedAt = _time.GetTimestamp(),
        ClockOffset = providerAhead,
    };
}
