using DeviceAgent.Certificate;

namespace DeviceAgent.Tests.Certificate;

public sealed class ClaimClientIdTests
{
    [Fact]
    public void Of_AThing_IsNoThingsName() => Assert.Equal("claim.boiler-07", ClaimClientId.Of("boiler-07"));

    /// <summary>AWS IoT takes 128 bytes. Two devices whose long names begin alike must not take each other's place.</summary>
    [Fact]
    public void Of_ALongName_FitsAndStaysApart()
    {
        var longest = new string('a', 122);

        Assert.Equal($"claim.{longest}", ClaimClientId.Of(longest));
        var (one, other) = (ClaimClientId.Of(longest + "-1"), ClaimClientId.Of(longest + "-2"));
        Assert.StartsWith("claim.", one);
        Assert.InRange(one.Length, 7, 128);
        Assert.NotEqual(one, other);
        Assert.Equal(one, ClaimClientId.Of(longest + "-1"));
    }
}
