using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Tests.Text;

public sealed class CountedTests
{
    [Theory]
    [InlineData(0, "0 readings")]
    [InlineData(1, "1 reading")]
    [InlineData(1024, "1024 readings")]
    public void ReadingCount_InALog_HasTheRightNoun(long number, string expected) => Assert.Equal(expected, $"{(ReadingCount)number}");

    [Fact]
    public void Counts_OfOtherThings_HaveTheirNouns() => Assert.Equal("1 dead letter, 2 dead letters, 1 line, 3 lines", $"{new DeadLetterCount(1)}, {new DeadLetterCount(2)}, {new LineCount(1)}, {new LineCount(3)}");

    [Theory]
    [InlineData(-1_040_688_000.1, "33 years behind")]
    [InlineData(0.4, "0.4 s ahead")]
    public void ClockDifference_InALog_SaysWhichWay(double seconds, string expected) => Assert.Equal(expected, $"{new ClockDifference(TimeSpan.FromSeconds(seconds))}");
}
