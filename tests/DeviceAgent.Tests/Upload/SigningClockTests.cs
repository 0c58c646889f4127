using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;
using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class SigningClockTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SigningClock _clock;

    public SigningClockTests() => _clock = new SigningClock(_time);

    [Fact]
    public void OffsetFor_DeviceClockWrong_IsTheDifference()
    {
        var credentials = Received(providerAhead: TimeSpan.FromHours(3));
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TimeSpan.FromHours(3), _clock.OffsetFor(credentials));
    }

    [Fact]
    public void OffsetFor_ClockSetRightMeanwhile_CorrectsNothing()
    {
        var credentials = Received(providerAhead: TimeSpan.FromHours(3));
        _time.StepWallClock(TimeSpan.FromHours(3));
        Assert.Equal(TimeSpan.Zero, _clock.OffsetFor(credentials));
    }

    [Fact]
    public void OffsetFor_FewSeconds_AreTolerated() => Assert.Equal(TimeSpan.Zero, _clock.OffsetFor(Received(TimeSpan.FromSeconds(-50))));

    [Fact]
    public void OffsetFor_MeasuredByDynamoDbLater_IsThatDifference()
    {
        var credentials = Received(providerAhead: TimeSpan.Zero);
        _time.Advance(TimeSpan.FromMinutes(1));
        _clock.Measured(_time.GetUtcNow() - TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromMinutes(-10), _clock.OffsetFor(credentials));
    }

    [Fact]
    public void OffsetFor_MeasuredByDynamoDbBeforeTheCredentialsCame_IsOutdated()
    {
        _clock.Measured(_time.GetUtcNow() - TimeSpan.FromMinutes(10));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TimeSpan.FromHours(1), _clock.OffsetFor(Received(TimeSpan.FromHours(1))));
    }

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
