using System.Text;
using DeviceAgent.Readings;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

public class ItemMapperTests
{
    [Fact]
    public void ToItem_ValuesOfAllKinds_GetTheirTypes()
    {
        var sample = ReadingJson.TryRead(Encoding.UTF8.GetBytes("""{"n":23.70,"s":"x","e":"","b":false,"z":null,"l":[1,"a",[]],"m":{"k":{"d":2}},"el":[],"em":{}}"""), out _);
        var item = new ItemMapper(TestItems.Table).ToItem(new Reading("SN1", TestItems.Noon, sample!.Attributes), TestItems.Key(0));

        Assert.Equal("SN1", item["serial_number"].S);
        Assert.Equal("2026-03-01T12:00:00.000Z", item["timestamp"].S);
        Assert.Equal("23.70", item["n"].N);
        Assert.Equal("x", item["s"].S);
        Assert.Equal("", item["e"].S);
        Assert.False(item["b"].BOOL);
        Assert.True(item["b"].IsBOOLSet);
        Assert.True(item["z"].NULL);
        Assert.Equal("1", item["l"].L[0].N);
        Assert.Equal("a", item["l"].L[1].S);
        Assert.True(item["l"].L[2].IsLSet);
        Assert.Equal("2", item["m"].M["k"].M["d"].N);
        Assert.True(item["el"].IsLSet);
        Assert.True(item["em"].IsMSet);
        Assert.Equal(11, item.Count);
    }

    [Fact]
    public void ToItem_ConfiguredTable_HasItsKeysExpiryAndStaticAttributes()
    {
        var table = TestItems.Table with
        {
            PartitionKey = "id",
            SortKey = "at",
            TimeToLive = new TimeToLive("expires_at", 2),
            StaticAttributes = [new("site", new ReadingValue.String("cellar")), new("n", new ReadingValue.Number("9"))],
        };
        var item = new ItemMapper(table).ToItem(TestItems.Reading(0, new KeyValuePair<string, ReadingValue>("n", ReadingValue.Of(1))), TestItems.Key(0));

        Assert.Equal(["at", "expires_at", "id", "n", "site"], item.Keys.Order(StringComparer.Ordinal));
        Assert.Equal($"{TestItems.Noon.ToUnixTimeSeconds() + (2 * 86_400)}", item["expires_at"].N);
        Assert.Equal("cellar", item["site"].S);
        Assert.Equal("1", item["n"].N);
    }

    [Fact]
    public void OverheadBytes_OfAConfiguredTable_CoversWhatIsAdded()
    {
        var table = TestItems.Table with { TimeToLive = new TimeToLive("expires_at", 2), StaticAttributes = [new("site", new ReadingValue.String("cellar"))] };
        var rules = new ReadingRules(new ItemLimits(table.ReservedNames, table.OverheadBytes));
        var free = ItemLimits.MaxItemBytes - (13 + 3) - (9 + 24) - (10 + 7) - (4 + 6);
        var reading = TestItems.Reading(0, new KeyValuePair<string, ReadingValue>("a", new ReadingValue.String(new string('x', free - 1))));
        Assert.NotNull(rules.FindProblem(reading));
    }
}
