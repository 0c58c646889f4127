using System.Text;
using DeviceAgent.Clock;
using DeviceAgent.Readings;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Readings;

public class TimestampResolverTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Longago = Noon.AddYears(-1);

    /// <summary>It is noon, and this boot began an hour ago.</summary>
    private static readonly Anchor Now = new(Noon, TimeSpan.FromHours(1));

    [Fact]
    public void Resolve_ThisBoot_IsTheTrueTime() =>
        Assert.Equal([Noon.AddMinutes(-59), Noon.AddSeconds(-2.5)], Times(new TimestampResolver("now", Now, null, Longago), ("now", 60), ("now", 3597.5)));

    [Fact]
    public void Resolve_SameMoment_IncreasesForEachSerialNumber()
    {
        var resolve = new TimestampResolver("now", Now, null, Longago).Plan([new UnresolvedBoot("now", TimeSpan.FromSeconds(60))]);
        var times = new[] { "a", "b", "a", "a" }.Select((s, i) => resolve(Reading(i, "now", 60, s)).Timestamp - Noon.AddMinutes(-59)).ToList();
        Assert.Equal([0, 0, 1, 2], times.Select(t => t.TotalMilliseconds));
    }

    [Fact]
    public void Resolve_BehindThoseGivenBefore_IsKept() =>
        Assert.Equal([Noon.AddMilliseconds(1), Noon.AddMilliseconds(2)], Times(new TimestampResolver("now", Now, null, Noon), ("now", 60), ("now", 120)));

    [Fact]
    public void Resolve_EarlierBoots_EndBeforeTheNextOneBegan()
    {
        var resolution = new TimestampResolver("now", Now, null, Longago);
        var times = Times(resolution, ("first", 10), ("first", 40), ("second", 5), ("second", 65), ("now", 60));
        var begin = Noon.AddHours(-1);
        Assert.Equal(begin.AddSeconds(-1), times[3]);
        Assert.Equal(begin.AddSeconds(-61), times[2]);
        Assert.Equal(begin.AddSeconds(-1 - 65 - 1), times[1]);
        Assert.Equal(begin.AddSeconds(-1 - 65 - 31), times[0]);
        Assert.Equal(begin.AddSeconds(60), times[4]);
    }

    [Fact]
    public void Resolve_EarlierBootWithoutRoom_IsSqueezedBehindTheNewestGivenBefore()
    {
        var newest = Noon.AddHours(-1).AddSeconds(-30);
        var times = Times(new TimestampResolver("now", Now, null, newest), ("first", 10), ("first", 11), ("first", 70), ("now", 60));
        Assert.Equal([newest.AddMilliseconds(1), newest.AddMilliseconds(2), Noon.AddHours(-1).AddSeconds(-1), Noon.AddMinutes(-59)], times);
    }

    [Fact]
    public void Resolve_EarlierBootWhoseTimeWasSaved_IsTheTrueTime()
    {
        var saved = new LastKnownTime(Noon.AddDays(-2), "second", 30_000);
        var resolution = new TimestampResolver("now", Now, saved, Longago);
        var times = Times(resolution, ("first", 10), ("second", 20));
        Assert.Equal(Noon.AddDays(-2).AddSeconds(-10), times[1]);
        Assert.Equal(Noon.AddDays(-2).AddSeconds(-30 - 1), times[0]);
    }

    [Fact]
    public void Resolve_OnlyEstimates_AreMarked()
    {
        var saved = new LastKnownTime(Noon.AddDays(-2), "second", 30_000);
        var resolve = new TimestampResolver("now", Now, saved, Longago).Plan([new("first", TimeSpan.Zero), new("second", TimeSpan.Zero), new("now", TimeSpan.Zero)]);
        Assert.Equal("""{"serial_number":"SN1","t":1,"timestamp_estimated":true}""", Encoding.UTF8.GetString(resolve(Reading(1, "first", 0)).Payload!));
        Assert.Null(resolve(Reading(2, "second", 0)).Payload);
        Assert.Null(resolve(Reading(3, "now", 0)).Payload);
    }

    [Fact]
    public void Resolve_AfterTheEnd_LiesBeforeWhatIsGivenSince()
    {
        var resolution = new TimestampResolver("now", Now, null, Longago);
        resolution.EndAt(Noon);
        Assert.Equal([Noon, Noon.AddMilliseconds(1)], Times(resolution, ("now", 3700), ("now", 3701)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"text\"")]
    public void MarkEstimated_NoObject_IsLeftAlone(string payload) => Assert.Null(ReadingJson.MarkEstimated(Encoding.UTF8.GetBytes(payload)));

    private static List<DateTimeOffset> Times(TimestampResolver resolution, params (string Boot, double Seconds)[] readings)
    {
        var boots = readings.GroupBy(r => r.Boot).Select(g => new UnresolvedBoot(g.Key, TimeSpan.FromSeconds(g.Max(r => r.Seconds)))).ToList();
        var resolve = resolution.Plan(boots);
        return [.. readings.Select((r, i) => resolve(Reading(i, r.Boot, r.Seconds)).Timestamp)];
    }

    private static UnresolvedReading Reading(long sequence, string boot, double seconds, string serialNumber = "SN1") =>
        new(sequence, boot, TimeSpan.FromSeconds(seconds), Encoding.UTF8.GetBytes($$"""{"serial_number":"{{serialNumber}}","t":1}"""));
}
