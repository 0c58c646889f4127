using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public class TimestampTextTests
{
    [Theory]
    [InlineData("2015-02-02 14:19:00", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02T14:19:00Z", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02T14:19:00.1239Z", "2015-02-02T14:19:00.123Z")]
    [InlineData("2015-02-02T14:19:00+02:00", "2015-02-02T12:19:00.000Z")]
    [InlineData("2015-02-02 14:19", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02", "2015-02-02T00:00:00.000Z")]
    [InlineData("1422886740", "2015-02-02T14:19:00.000Z")]
    [InlineData("1422886740.25", "2015-02-02T14:19:00.250Z")]
    [InlineData("1422886740250", "2015-02-02T14:19:00.250Z")]
    public void TryParse_Timestamp_IsUtcWithMilliseconds(string text, string expected)
    {
        Assert.True(TimestampText.TryParse(text, out var timestamp));
        Assert.Equal(expected, TimestampText.Format(timestamp));
    }

    [Theory]
    [InlineData("")]
    [InlineData("14:19")]
    [InlineData("02/03/2015")]
    [InlineData("2015-02-30")]
    [InlineData("soon")]
    [InlineData("1e30")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(TimestampText.TryParse(text, out _));
}
