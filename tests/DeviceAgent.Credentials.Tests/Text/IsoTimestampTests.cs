using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Tests.Text;

public class IsoTimestampTests
{
    [Theory]
    [InlineData("2026-01-05T10:00:00Z", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05t10:00:00z", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05 10:00:00", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05 10:00:00 UTC", "2026-01-05T10:00:00.0000000")]
    [InlineData("  2026-01-05 10:00:00 +0000 ", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05T10:00:00+00", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05T10:00:00+0130", "2026-01-05T08:30:00.0000000")]
    [InlineData("2026-01-05T10:00:00-01:30", "2026-01-05T11:30:00.0000000")]
    [InlineData("2026-01-05T10:00:00\u221201:30", "2026-01-05T11:30:00.0000000")]
    [InlineData("2026-01-05T10:00:00.1Z", "2026-01-05T10:00:00.1000000")]
    [InlineData("2026-01-05T10:00:00,25Z", "2026-01-05T10:00:00.2500000")]
    [InlineData("2026-01-05T10:00:00.1234567Z", "2026-01-05T10:00:00.1234567")]
    [InlineData("2026-01-05T10:00Z", "2026-01-05T10:00:00.0000000")]
    [InlineData("2026-01-05", "2026-01-05T00:00:00.0000000")]
    [InlineData("20260105T100000Z", "2026-01-05T10:00:00.0000000")]
    [InlineData("20260105T1000+02", "2026-01-05T08:00:00.0000000")]
    public void TryParse_AsPeopleAndProgramsWriteIt_IsThatMoment(string text, string expected)
    {
        Assert.True(IsoTimestamp.TryParse(text, out var timestamp));
        Assert.Equal(expected, timestamp.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", null));
        Assert.Equal("", timestamp.Beyond);
    }

    [Theory]
    [InlineData("2026-01-05T10:00:00.123456789Z", "89")]
    [InlineData("2026-01-05T10:00:00.1234567999999999+00:00", "999999999")]
    [InlineData("2026-01-05T10:00:00.12345670Z", "0")]
    public void TryParse_MoreThanSevenDigits_GivesTheRestBackAndRoundsNothingUp(string text, string beyond)
    {
        Assert.True(IsoTimestamp.TryParse(text, out var timestamp));
        Assert.Equal("10:00:00.1234567", timestamp.Time.ToString("HH:mm:ss.fffffff", null));
        Assert.Equal(beyond, timestamp.Beyond);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("20260105")]
    [InlineData("46027.4375")]
    [InlineData("10:00:00")]
    [InlineData("2026-1-5T10:00:00Z")]
    [InlineData("2026-02-30T10:00:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("2026-01-05T24:00:00Z")]
    [InlineData("2026-01-05T10:60:00Z")]
    [InlineData("2026-01-05T23:59:60Z")]
    [InlineData("2026-01-05T10:00:00.Z")]
    [InlineData("2026-01-05T10:00:00+")]
    [InlineData("2026-01-05T10:00:00+1")]
    [InlineData("2026-01-05T10:00:00+15:00")]
    [InlineData("2026-01-05T10:00:00+01:60")]
    [InlineData("2026-01-05T10:00:00Zx")]
    [InlineData("2026-01-05T10:00:00 CET")]
    [InlineData("2026-01-05T")]
    [InlineData("2026-01-05x10:00:00Z")]
    [InlineData("05/01/2026 10:00")]
    [InlineData("٢٠٢٦-01-05T10:00:00Z")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(IsoTimestamp.TryParse(text, out _));
}
