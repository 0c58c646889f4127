using System.Text;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public sealed class LastReadingsTests
{
    [Fact]
    public void All_SeveralSerialNumbers_HasTheLastOfEachTheNewestFirst()
    {
        var last = new LastReadings();
        foreach (var (owner, value) in new[] { ("a", 1), ("b", 2), ("a", 3) }) last.Note(Reading(owner, value));
        Assert.Equal(["a 3", "b 2"], last.All.Select(j => Encoding.UTF8.GetString(j)));
    }

    [Fact]
    public void Note_MoreSerialNumbersThanAreKept_ForgetsTheOneHeardOfLongestAgo()
    {
        var last = new LastReadings();
        for (var i = 0; i < 16; i++) last.Note(Reading($"{i}", i));
        last.Note(Reading("0", 100));
        last.Note(Reading("new", 101));
        var all = last.All.Select(j => Encoding.UTF8.GetString(j)).ToList();
        Assert.Equal(16, all.Count);
        Assert.Equal(["new 101", "0 100"], all[..2]);
        Assert.DoesNotContain("1 1", all);
    }

    [Fact]
    public void Note_LongReading_IsNotKept()
    {
        var last = new LastReadings();
        last.Note(Reading("a", 1) with { Payload = new byte[4097] });
        Assert.Empty(last.All);
    }

    private static AcceptedReading Reading(string owner, int value) =>
        new(new Reading(owner, default, []), IsLive: false, IsRecorded: false, IsSimulated: false, Encoding.UTF8.GetBytes($"{owner} {value}"));
}
