using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Tests.Text;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.04, "0 s")]
    [InlineData(-0.26, "0.3 s")]
    [InlineData(9.5, "9.5 s")]
    [InlineData(119, "119 s")]
    [InlineData(-1200, "20 min")]
    [InlineData(7200, "2 h")]
    [InlineData(172_800, "2 days")]
    [InlineData(-1_040_688_000, "33 years")]
    public void Of_SomeSeconds_IsInTheUnitThatPeopleUse(double seconds, string expected) => Assert.Equal(expected, DurationText.Of(TimeSpan.FromSeconds(seconds)));
}
