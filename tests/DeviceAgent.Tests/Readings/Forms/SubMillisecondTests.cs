using System.Net;
using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Tests.Local;
using DeviceAgent.Tests.Spool;
using DeviceAgent.Tests.Upload;

namespace DeviceAgent.Tests.Readings.Forms;

/// <summary>Readings of one serial number that are closer than a millisecond.</summary>
public sealed class SubMillisecondTests
{
    [Theory]
    [InlineData("2026-01-05T10:00:00.123Z", "2026-01-05T10:00:00.123Z")]
    [InlineData("2026-01-05T10:00:00.1Z", "2026-01-05T10:00:00.100Z")]
    [InlineData("2026-01-05T10:00:00.1230000Z", "2026-01-05T10:00:00.123Z")]
    [InlineData("2026-01-05T10:00:00.1234Z", "2026-01-05T10:00:00.1234Z")]
    [InlineData("2026-01-05T10:00:00.123450+00:00", "2026-01-05T10:00:00.123450Z")]
    [InlineData("2026-01-05T10:00:00.1234567891Z", "2026-01-05T10:00:00.1234567891Z")]
    [InlineData("2026-01-05T10:00:00.999999999999Z", "2026-01-05T10:00:00.999999999999Z")]
    public async Task TheDigitsOfATime_AreInTheKeyAsTheyCame(string given, string key)
    {
        var stored = Assert.Single((await PlayedInput.NdjsonAsync($"{{\"timestamp\":\"{given}\",\"t\":1}}")).Stored);
        using var bench = new SpoolBench(new SpoolOptions());
        await bench.AppendAsync(new SpoolEntry(SpoolClass.Normal, DateTimeOffset.Parse("2026-01-05T10:00:00." + key[20..23] + "Z", null), IsLive: false, Encoding.UTF8.GetBytes(stored)));
        var item = Assert.Single(TestItems.BatchOf(await bench.PeekAsync()).Items);
        Assert.Equal(key, item.Key.Timestamp);
        Assert.Equal("SN1", item.Key.SerialNumber);
        await bench.CloseAsync();
    }

    [Fact]
    public async Task TwentyReadingsWithinAMillisecond_AreAllAcknowledgedAndAllExported()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            using var answer = await endpoint.PostAsync($$"""{"timestamp":"2026-01-05T10:00:00.{{i / 4 + 100}}{{i * 37 % 1000:000}}Z","n":{{i}}}""");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }

        var keys = endpoint.Spool.Entries.Select(e => ReadingJson.TryReadStored(e.Payload, out _)!.Timestamp!.Value.ToString()).ToList();
        Assert.Equal(20, keys.Distinct().Count());
        var exported = await (await endpoint.GetAsync("/v1/spool/export")).Content.ReadAsStringAsync();
        Assert.All(keys, k => Assert.Contains($"\"timestamp\":\"{k}\"", exported, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TwoReadingsOfOneKey_TheSecondIsRefused_AndTheSameOneAgainIsTaken()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var answer = await endpoint.PostAsync("""[{"timestamp":"2026-01-05T10:00:00Z","n":1},{"timestamp":"2026-01-05T10:00:00.000Z","n":2},{"timestamp":"2026-01-05T10:00:00Z","n":1}]""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var json = await TestEndpoint.JsonAsync(answer);
        Assert.Equal(2, json.GetProperty("accepted").GetInt32());
        Assert.Contains("already, with other values", json.GetProperty("rejected")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSameReadingWrittenOtherwise_IsTaken()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var answer = await endpoint.PostAsync(
            """
            [{"timestamp":"2026-01-05T10:00:00Z","t":21.5,"n":1000,"at":{"x":1,"y":[0.10,"a"]}},
             {"n":1e3,"at":{"y":[0.1,"a"],"x":1.0},"t":21.50,"timestamp":"2026-01-05T10:00:00Z"},
             {"timestamp":"2026-01-05T10:00:00Z","t":21.5,"n":1000,"at":{"x":1,"y":["a",0.1]}}]
            """);
        var json = await TestEndpoint.JsonAsync(answer);
        Assert.Equal(2, json.GetProperty("accepted").GetInt32());
        Assert.Equal(2, json.GetProperty("rejected")[0].GetProperty("index").GetInt32());
    }

    [Fact]
    public async Task AnEpochThatIsNone_IsRefusedByPost()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var answer = await endpoint.PostAsync("""[{"timestamp":0,"n":1},{"timestamp":1767607200,"n":2}]""");
        var json = await TestEndpoint.JsonAsync(answer);
        Assert.Equal(1, json.GetProperty("accepted").GetInt32());
        Assert.StartsWith("timestamp '0' is no time between 2000-01-01 and a day from now", json.GetProperty("rejected")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AReadingThatAnOlderAgentStored_KeepsTheKeyThatItHad()
    {
        // The column is what counts where the text says something else, as for readings whose time became known later.
        var record = new SpoolRecord(1, SpoolClass.Normal, TestItems.Noon, null, Encoding.UTF8.GetBytes("""{"serial_number":"SN1","t":1}"""));
        Assert.Equal("2026-03-01T12:00:00.000Z", Assert.Single(TestItems.BatchOf([record]).Items).Key.Timestamp);
        var restamped = record with { Payload = Encoding.UTF8.GetBytes("""{"serial_number":"SN1","timestamp":"2025-03-01T12:00:00.0001Z","t":1}""") };
        Assert.Equal("2026-03-01T12:00:00.000Z", Assert.Single(TestItems.BatchOf([restamped]).Items).Key.Timestamp);
    }

    [Fact]
    public void AFractionThatIsTooLongForAKey_IsRefused() =>
        Assert.Null(new TimestampReader(TimestampUnit.Auto, null, TimeProvider.System).TryRead($"2026-01-05T10:00:00.{new string('1', 101)}Z", out _));

    [Fact]
    public void KeysOfAFileTooLongToRemember_AreFreeOnlyWhereThatIsCertain()
    {
        var keys = new TakenKeys(capacity: 3, isExact: true);
        KeyUse Take(int second, string serialNumber = "a", string payload = "x") => keys.Take(new Reading(serialNumber, ReadingTime.ToTheMillisecond(TestItems.Noon.AddSeconds(second)), [KeyValuePair.Create("v", (ReadingValue)new ReadingValue.String(payload))]));
        Assert.All([1, 2, 3, 4, 5], second => Assert.Equal(KeyUse.Free, Take(second)));
        Assert.Equal([KeyUse.Same, KeyUse.Other, KeyUse.Unknown, KeyUse.Free, KeyUse.Free], [Take(5), Take(5, payload: "y"), Take(2), Take(0), Take(1, "b")]);

        // A time far ahead, as of a clock that jumped, does not cost the lines behind it.
        Assert.All([1000, 6, 7, 8, 9, 10], second => Assert.Equal(KeyUse.Free, Take(second)));
        Assert.Equal(KeyUse.Unknown, Take(1000));
    }
}
