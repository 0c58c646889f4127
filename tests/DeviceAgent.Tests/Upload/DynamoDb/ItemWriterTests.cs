using System.Buffers;
using System.Text;
using System.Text.Json;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

public class ItemWriterTests
{
    [Fact]
    public void WriteBatch_ValuesOfAllKinds_GetTheirTypes()
    {
        const string Stored = """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","n":23.70,"s":"x","e":"","b":false,"t":true,"z":null,"l":[1,"a",[]],"m":{"k":{"d":-2E5}},"el":[],"em":{}}""";
        Assert.Equal(
            """{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:00.000Z"},"n":{"N":"23.70"},"s":{"S":"x"},"e":{"S":""},"b":{"BOOL":false},"t":{"BOOL":true},"z":{"NULL":true},"""
            + "\"l\":" + """{"L":[{"N":"1"},{"S":"a"},{"L":[]}]},"m":{"M":{"k":{"M":{"d":{"N":"-2E5"}}}}},"el":{"L":[]},"em":{"M":{}}}""",
            Item(TestItems.Table, Stored));
    }

    [Theory]
    [InlineData("quote \" and \\ and / and \n")]
    [InlineData("\u0001\u001f\u007f")]
    [InlineData("für 21 °C, 温度, 🌡")]
    [InlineData("\u2028<&>")]
    public void WriteBatch_AnyText_ArrivesAsItWas(string text)
    {
        var stored = ReadingJson.Write(new Reading(text, ReadingTime.ToTheMillisecond(TestItems.Noon), [new("a" + text, new ReadingValue.String(text)), new("m", new ReadingValue.Map([new(text, new ReadingValue.String(text))]))]));
        var table = TestItems.Table with { StaticAttributes = [new("s" + text, new ReadingValue.String(text))] };
        using var item = JsonDocument.Parse(Item(table, Encoding.UTF8.GetString(stored)));
        Assert.Equal(text, item.RootElement.GetProperty("serial_number").GetProperty("S").GetString());
        Assert.Equal(text, item.RootElement.GetProperty("a" + text).GetProperty("S").GetString());
        Assert.Equal(text, item.RootElement.GetProperty("s" + text).GetProperty("S").GetString());
        Assert.Equal(text, item.RootElement.GetProperty("m").GetProperty("M").GetProperty(text).GetProperty("S").GetString());
    }

    [Fact]
    public void WriteBatch_ConfiguredTable_HasItsKeysExpiryAndStaticAttributes()
    {
        var table = TestItems.Table with
        {
            PartitionKey = "id",
            SortKey = "at",
            TimeToLive = new TimeToLive("expires_at", 2),
            StaticAttributes = [new("site", new ReadingValue.String("cellar")), new("n", new ReadingValue.Number("9"))],
        };
        Assert.Equal(
            $$$"""{"id":{"S":"SN1"},"at":{"S":"2026-03-01T12:00:00.000Z"},"expires_at":{"N":"{{{TestItems.Noon.ToUnixTimeSeconds() + (2 * 86_400)}}}"},"n":{"N":"1"},"site":{"S":"cellar"}}""",
            Item(table, """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","n":1}"""));
    }

    [Theory]
    [InlineData("🏭")]
    [InlineData("a\"b\\c")]
    public void WriteBatch_StaticAttributeThatTheReadingHasItself_IsThereOnce(string name)
    {
        var stored = ReadingJson.Write(new Reading("SN1", ReadingTime.ToTheMillisecond(TestItems.Noon), [new(name, new ReadingValue.String("own"))]));
        using var item = JsonDocument.Parse(Item(TestItems.Table with { StaticAttributes = [new(name, new ReadingValue.String("static"))] }, Encoding.UTF8.GetString(stored)));
        Assert.Equal("own", Assert.Single(item.RootElement.EnumerateObject(), p => p.NameEquals(name)).Value.GetProperty("S").GetString());
    }

    [Fact]
    public void WriteBatch_KeysRenamedSinceTheReadingWasStored_AreThereOnce()
    {
        var table = TestItems.Table with { PartitionKey = "id", SortKey = "n" };
        Assert.Equal(
            """{"id":{"S":"SN1"},"n":{"S":"2026-03-01T12:00:00.000Z"},"x":{"N":"2"}}""",
            Item(table, """{"serial_number":"SN1","timestamp":"2026-03-01T12:00:00.000Z","id":{"deep":[1]},"n":1,"x":2}"""));
    }

    [Fact]
    public void WriteBatch_ReadingWhoseTimeBecameKnownLater_HasTheTimeOfItsRow() =>
        Assert.Equal("""{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:00.000Z"},"n":{"N":"1"},"timestamp_estimated":{"BOOL":true}}""", Item(TestItems.Table, """{"serial_number":"SN1","n":1,"timestamp_estimated":true}"""));

    [Fact]
    public void OverheadBytes_OfAConfiguredTable_CoversWhatIsAdded()
    {
        var table = TestItems.Table with { TimeToLive = new TimeToLive("expires_at", 2), StaticAttributes = [new("site", new ReadingValue.String("cellar"))] };
        var rules = new ReadingRules(new ItemLimits(table.ReservedNames, table.OverheadBytes));
        var free = ItemLimits.MaxItemBytes - (13 + 3) - (9 + 24) - (10 + 7) - (4 + 6);
        var reading = TestItems.Reading(0, new KeyValuePair<string, ReadingValue>("a", new ReadingValue.String(new string('x', free - 1))));
        Assert.NotNull(rules.FindProblem(reading));
    }

    /// <summary>The item of a reading as it is in the request.</summary>
    private static string Item(TableOptions table, string stored)
    {
        var batch = TestItems.BatchOf([new SpoolRecord(1, SpoolClass.Normal, TestItems.Noon, null, Encoding.UTF8.GetBytes(stored))]);
        var body = new ArrayBufferWriter<byte>();
        new ItemWriter(table).WriteBatch(batch.Items, body);
        using var request = JsonDocument.Parse(body.WrittenMemory);
        return Assert.Single(request.RootElement.GetProperty("RequestItems").GetProperty("boiler-07").EnumerateArray()).GetProperty("PutRequest").GetProperty("Item").GetRawText();
    }
}
