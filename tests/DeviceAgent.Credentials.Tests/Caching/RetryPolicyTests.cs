using DeviceAgent.Credentials.Caching;

namespace DeviceAgent.Credentials.Tests.Caching;

public sealed class RetryPolicyTests
{
    private static readonly CredentialCacheOptions Options = new();
    private static readonly Hold Calm = new(IsUrgent: false, LapsedLife: null);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(7, 64)]
    [InlineData(8, 120)]
    [InlineData(1000, 120)]
    [InlineData(int.MaxValue, 120)]
    public void Delay_Transient_IsFullJitterBelowADoublingCap(int failures, int capSeconds)
    {
        Assert.Equal(TimeSpan.Zero, RetryPolicy.Delay(CacheTest.Transient, failures, Calm, 0, Options));
        Assert.Equal(TimeSpan.FromSeconds(capSeconds), RetryPolicy.Delay(CacheTest.Transient, failures, Calm, 1, Options));
        Assert.Equal(TimeSpan.FromSeconds(capSeconds) / 2, RetryPolicy.Delay(CacheTest.Transient, failures, Calm, 0.5, Options));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 20)]
    [InlineData(1000, 20)]
    public void Delay_TransientNearTheEnd_IsCappedAt20Seconds(int failures, int capSeconds) =>
        Assert.Equal(TimeSpan.FromSeconds(capSeconds), RetryPolicy.Delay(CacheTest.Transient, failures, Calm with { IsUrgent = true }, 1, Options));

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 8)]
    [InlineData(3, 10)]
    [InlineData(int.MaxValue, 10)]
    public void Delay_OperatorFault_IsBetweenTwoAndTenMinutes(int failures, int capMinutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(2), RetryPolicy.Delay(CacheTest.Operator, failures, Calm, 0, Options));
        Assert.Equal(TimeSpan.FromMinutes(capMinutes), RetryPolicy.Delay(CacheTest.Operator, failures, Calm, 1, Options));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(2, 5)]
    [InlineData(int.MaxValue, 5)]
    public void Delay_Forbidden_IsAtMostFiveMinutes(int failures, int capMinutes)
    {
        Assert.Equal(TimeSpan.FromMinutes(2), RetryPolicy.Delay(CacheTest.Forbidden, failures, Calm, 0, Options));
        Assert.Equal(TimeSpan.FromMinutes(capMinutes), RetryPolicy.Delay(CacheTest.Forbidden, failures, Calm, 1, Options));
    }

    [Theory]
    [InlineData(1, 3600, 0.5, 1)]
    [InlineData(9, 3600, 128, 256)]
    [InlineData(1000, 3600, 900, 1800)]
    [InlineData(1000, 900, 225, 450)]
    [InlineData(1000, 43200, 900, 1800)]
    [InlineData(1000, 60, 0, 120)]
    public void Delay_ProviderFailedUntilTheSetLapsed_GrowsToHalfOfItsLife(int failures, int life, double fromSeconds, double toSeconds)
    {
        var lapsed = new Hold(IsUrgent: false, TimeSpan.FromSeconds(life));
        Assert.Equal(TimeSpan.FromSeconds(fromSeconds), RetryPolicy.Delay(CacheTest.Fault, failures, lapsed, 0, Options));
        Assert.Equal(TimeSpan.FromSeconds(toSeconds), RetryPolicy.Delay(CacheTest.Fault, failures, lapsed, 1, Options));
    }

    /// <summary>A device that was without network must not wait when the network is back: nobody else was.</summary>
    [Theory]
    [InlineData(CredentialFailureKind.NameResolutionFailed)]
    [InlineData(CredentialFailureKind.NetworkUnreachable)]
    [InlineData(CredentialFailureKind.ConnectTimedOut)]
    [InlineData(CredentialFailureKind.ProxyFailed)]
    public void Delay_NetworkFailedUntilTheSetLapsed_StaysAtTwoMinutes(CredentialFailureKind kind) =>
        Assert.Equal(
            TimeSpan.FromSeconds(120),
            RetryPolicy.Delay(new(kind, "", "", ""), 1000, new Hold(IsUrgent: false, TimeSpan.FromHours(1)), 1, Options));

    [Theory]
    [InlineData(0.5, 30, 30)]
    [InlineData(1.0, 0.2, 1)]
    [InlineData(0.0, 86400, 600)]
    public void Delay_RetryAfter_IsHonouredUpToTenMinutes(double chance, double askedSeconds, int expectedSeconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(expectedSeconds),
            RetryPolicy.Delay(CacheTest.Transient with { RetryAfter = TimeSpan.FromSeconds(askedSeconds) }, 1, Calm, chance, Options));

    [Theory]
    [InlineData(3600, 599, true)]
    [InlineData(3600, 601, false)]
    [InlineData(900, 299, true)]
    [InlineData(900, 301, false)]
    [InlineData(3600, 10, false)]
    public void IsUrgent_LifeLeft_IsTheLastTenMinutesOrThird(int life, int left, bool urgent)
    {
        var time = new TestSupport.ManualTimeProvider();
        var held = HeldCredentials.From(
            new TemporaryCredentials
            {
                AccessKeyId = "ASIATEST",
                SecretAccessKey = new Secret("s"),
                SessionToken = new Secret("t"),
                Expiration = time.GetUtcNow().AddSeconds(life),
                Lifetime = TimeSpan.FromSeconds(life),
                ReceivedAt = time.GetTimestamp(),
                ClockOffset = TimeSpan.Zero,
            },
            Options,
            0.5);
        time.Advance(TimeSpan.FromSeconds(life - left));
        Assert.Equal(urgent, held.IsUrgent(time));
    }
}
