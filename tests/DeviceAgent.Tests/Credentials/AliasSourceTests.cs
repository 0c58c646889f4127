using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Credentials;

public class AliasSourceTests
{
    private static readonly DateTimeOffset Built = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<DateTimeOffset> _judgedAt = [];

    [Fact]
    public async Task Fetch_ClockRight_AsksOnce()
    {
        var (fetch, clock) = Make(Noon, Built, Noon.AddYears(1));
        Assert.IsType<FetchResult.Success>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Equal([Noon], _judgedAt);
        Assert.True(clock.IsTrusted);
    }

    /// <summary>The certificate is valid by the floor; the credentials are those of the connection that was judged by the true time.</summary>
    [Fact]
    public async Task Fetch_ClockAt1970_LearnsTheTimeAndAsksAgainUnderIt()
    {
        var (fetch, _) = Make(DateTimeOffset.UnixEpoch, Built.AddDays(-1), Noon.AddYears(1));
        Assert.IsType<FetchResult.Success>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Equal([Built, Noon.AddSeconds(0.5)], _judgedAt);
    }

    /// <summary>The certificate was issued after the agent was built.</summary>
    [Fact]
    public async Task Fetch_CertificateYoungerThanTheFloor_IsJudgedByItsFirstMoment()
    {
        var (fetch, _) = Make(DateTimeOffset.UnixEpoch, Noon.AddHours(-1), Noon.AddYears(1));
        Assert.IsType<FetchResult.Success>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Equal([Built, Noon.AddHours(-1), Noon.AddSeconds(0.5)], _judgedAt);
    }

    [Fact]
    public async Task Fetch_ClockTenYearsAhead_FallsBackToTheFloor()
    {
        var (fetch, _) = Make(Noon.AddYears(10), Noon.AddHours(-1), Noon.AddYears(1));
        Assert.IsType<FetchResult.Success>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Equal([Noon.AddYears(10), Built, Noon.AddHours(-1), Noon.AddSeconds(0.5)], _judgedAt);
    }

    /// <summary>Somebody holds a certificate that expired between the floor and now: nothing but the time is taken from him.</summary>
    [Fact]
    public async Task Fetch_CertificateExpiredInTruth_IsRefusedOnceTheTimeIsKnown()
    {
        var (fetch, clock) = Make(DateTimeOffset.UnixEpoch, Built.AddDays(-1), Built.AddDays(1));
        var failure = Assert.IsType<FetchResult.Failure>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Equal(CredentialFailureKind.ServerCertificateExpired, failure.Reason.Kind);
        Assert.True(clock.IsTrusted);
    }

    /// <summary>The certificate was judged by the floor only, and nothing in the answer tells the time: nothing is taken from it.</summary>
    [Theory]
    [InlineData(0, false)]
    [InlineData(56.2, true)]
    public async Task Fetch_NoDateWhileTheTimeIsNotKnown_UsesTheCredentialsOnlyUnderAPlausibleClock(double systemYears, bool used)
    {
        var clock = Clock(new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddDays(systemYears * 365.25)));
        var credentials = new TemporaryCredentials
        {
            AccessKeyId = "ASIATEST",
            SecretAccessKey = new Secret("s"),
            SessionToken = new Secret("t"),
            Expiration = Noon.AddHours(1),
            Lifetime = TimeSpan.FromHours(1),
            ReceivedAt = 0,
            ClockOffset = TimeSpan.Zero,
        };
        var fetch = new AliasSource((_, _) => Task.FromResult<FetchResult>(new FetchResult.Success(credentials)), clock);
        var result = await fetch.FetchAsync("fleet-ddb", CancellationToken.None);
        Assert.Equal(used, result is FetchResult.Success);
        if (!used) Assert.Equal(CredentialFailureKind.AnswerIncomplete, ((FetchResult.Failure)result).Reason.Kind);
    }

    [Fact]
    public async Task Fetch_NoNetwork_AsksOnce()
    {
        var clock = Clock(new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        var fetch = new AliasSource(async (_, _) => await Fail(CredentialFailureKind.NetworkUnreachable, clock), clock);
        Assert.IsType<FetchResult.Failure>(await fetch.FetchAsync("fleet-ddb", CancellationToken.None));
        Assert.Single(_judgedAt);
    }

    /// <summary>A refusal says as well as a success what time it is.</summary>
    [Fact]
    public async Task Fetch_RefusedWithDate_LearnsTheTime()
    {
        var clock = Clock(new ManualTimeProvider(DateTimeOffset.UnixEpoch));
        var fetch = new AliasSource(
            async (_, _) => new FetchResult.Failure((await Fail(CredentialFailureKind.Throttled, clock)).Reason with { ProviderDate = Noon }), clock);
        await fetch.FetchAsync("fleet-ddb", CancellationToken.None);
        Assert.Equal(Noon.AddSeconds(0.5), clock.GetUtcNow());
    }

    /// <summary>A provider whose certificate has these dates and whose clock says noon.</summary>
    private (AliasSource Fetch, DeviceClock Clock) Make(DateTimeOffset systemTime, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var system = new ManualTimeProvider(systemTime);
        var clock = Clock(system);
        return (new AliasSource(async (_, _) =>
        {
            var now = clock.GetUtcNow();
            if (now < notBefore) return new FetchResult.Failure((await Fail(CredentialFailureKind.ServerCertificateNotYetValid, clock)).Reason with { ServerCertificateNotBefore = notBefore });
            if (now > notAfter) return await Fail(CredentialFailureKind.ServerCertificateExpired, clock);
            _judgedAt.Add(now);
            return new FetchResult.Success(new TemporaryCredentials
            {
                AccessKeyId = "ASIA",
                SecretAccessKey = new Secret("s"),
                SessionToken = new Secret("t"),
                Expiration = Noon.AddHours(1),
                Lifetime = TimeSpan.FromHours(1),
                ReceivedAt = system.GetTimestamp(),
                ProviderDate = Noon,
                ClockOffset = Noon - now,
            });
        }, clock), clock);
    }

    private Task<FetchResult.Failure> Fail(CredentialFailureKind kind, DeviceClock clock)
    {
        _judgedAt.Add(clock.GetUtcNow());
        return Task.FromResult(new FetchResult.Failure(new CredentialFailure(kind, "m", "c", "r")));
    }

    private static DeviceClock Clock(ManualTimeProvider system) => new(system, () => false, Built, trustSystemTime: false, new RecordingLogger<DeviceClock>());
}
