using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public class TimestampTextTests
{
    [Theory]
    [InlineData("2015-02-02 14:19:00", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02T14:19:00Z", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02T14:19:00.1230Z", "2015-02-02T14:19:00.123Z")]
    [InlineData("2015-02-02T14:19:00.1239Z", "2015-02-02T14:19:00.1239Z")]
    [InlineData("2015-02-02 14:19:00,12390000+0100", "2015-02-02T13:19:00.12390000Z")]
    [InlineData("2015-02-02T14:19:00+02:00", "2015-02-02T12:19:00.000Z")]
    [InlineData("2015-02-02 14:19", "2015-02-02T14:19:00.000Z")]
    [InlineData("2015-02-02", "2015-02-02T00:00:00.000Z")]
    public void TryRead_Timestamp_IsUtcToItsLastDigit(string text, string expected)
    {
        Assert.True(TimestampText.TryRead(text, out var timestamp));
        Assert.Equal(expected, timestamp.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("14:19")]
    [InlineData("02/03/2015")]
    [InlineData("2015-02-30")]
    [InlineData("soon")]
    [InlineData("1e30")]
    public void TryRead_AnythingElse_IsRefused(string text) => Assert.False(TimestampText.TryRead(text, out _));
}
