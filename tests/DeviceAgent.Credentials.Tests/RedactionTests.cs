using System.Text.Json;
using DeviceAgent.Credentials.Tests.Fixtures;

namespace DeviceAgent.Credentials.Tests;

public sealed class RedactionTests
{
    private static readonly TemporaryCredentials Credentials = new()
    {
        AccessKeyId = "ASIATEST",
        SecretAccessKey = new Secret("canary-secret-key"),
        SessionToken = new Secret("canary-session-token"),
        Expiration = Pki.Now,
        Lifetime = TimeSpan.FromHours(1),
        ReceivedAt = 0,
        ClockOffset = TimeSpan.Zero,
    };

    public static TheoryData<object> Holders => new()
    {
        new Secret("canary"),
        Credentials,
        new FetchResult.Success(Credentials),
        new DeviceIdentityOptions { CertificatePath = "device.pem", PrivateKeyPassword = new Secret("canary") },
    };

    [Theory]
    [MemberData(nameof(Holders))]
    public void ToString_OfAnythingThatHoldsASecret_HidesIt(object holder)
    {
        Assert.DoesNotContain("canary", holder.ToString());
        Assert.DoesNotContain("canary", $"{holder}");
        Assert.DoesNotContain("canary", JsonSerializer.Serialize(holder, holder.GetType()));
    }

    [Fact]
    public void ToString_OfCredentials_NamesThem() => Assert.Equal("ASIATEST (expires 2026-03-01T12:00:00Z)", Credentials.ToString());

    [Fact]
    public void Secret_IsNotShownByTheDebugger()
    {
        var display = typeof(Secret).GetCustomAttributes(typeof(System.Diagnostics.DebuggerDisplayAttribute), false);
        Assert.Equal("***", ((System.Diagnostics.DebuggerDisplayAttribute)Assert.Single(display)).Value);
        Assert.All(
            typeof(Secret).GetFields(System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic),
            f => Assert.Contains(f.GetCustomAttributes(false), a => a is System.Diagnostics.DebuggerBrowsableAttribute { State: System.Diagnostics.DebuggerBrowsableState.Never }));
    }

    [Fact]
    public void Secret_Equality_IsThatOfTheValue()
    {
        Assert.Equal(new Secret("a"), new Secret("a"));
        Assert.NotEqual(new Secret("a"), new Secret("b"));
        Assert.Equal(new Secret("a").GetHashCode(), new Secret("a").GetHashCode());
        Assert.Equal("a", new Secret("a").Reveal());
    }
}
