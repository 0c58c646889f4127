using SQLitePCL;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

/// <summary>How many items a table has, as the live view and the page show it: kept with every write, and never counted out.</summary>
public sealed class ItemCountTests : IDisposable
{
    private readonly EngineFixture _engine = EngineFixture.WithTable(sortType: "S");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void ItemCounts_PutAndOverwrite_CountsItemsNotWrites()
    {
        Assert.Equal(0, Count());
        Put("a", "1");
        Put("a", "2");
        Put("a", "2");
        Assert.Equal(2, Count());
    }

    [Fact]
    public void ItemCounts_ConditionFails_AreUnchanged()
    {
        Put("a", "1");
        _engine.Refused("PutItem", """{"TableName":"readings","Item":{"pk":{"S":"a"},"sk":{"S":"1"}},"ConditionExpression":"attribute_not_exists(pk)"}""");
        Assert.Equal(1, Count());
    }

    [Fact]
    public void ItemCounts_Batch_CountsPutsOverwritesAndDeletes()
    {
        Put("a", "1");
        Put("a", "2");
        Batch("""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"1"}}}}""", """{"PutRequest":{"Item":{"pk":{"S":"b"},"sk":{"S":"1"}}}}""",
            """{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"S":"2"}}}}""", """{"DeleteRequest":{"Key":{"pk":{"S":"never"},"sk":{"S":"there"}}}}""");
        Assert.Equal(2, Count());
    }

    [Fact]
    public void ItemCounts_BatchOverTables_CountsEach()
    {
        _engine.CreateTable("others");
        _engine.Ok("BatchWriteItem", """
            {"RequestItems":{"readings":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"1"}}}}],
                             "others":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}},{"PutRequest":{"Item":{"pk":{"S":"b"}}}}]}}
            """);
        Assert.Equal((1, 2), (Count(), Count("others")));
    }

    [Fact]
    public void ItemCounts_RefusedBatch_AreUnchanged()
    {
        _engine.Refused("BatchWriteItem", """
            {"RequestItems":{"readings":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"1"}}}}],"missing":[{"PutRequest":{"Item":{"pk":{"S":"a"}}}}]}}
            """);
        Assert.Equal(0, Count());
    }

    /// <summary>The testbed does not play transactions: nothing of a refused one may be counted.</summary>
    [Theory]
    [InlineData("TransactWriteItems", """{"TransactItems":[{"Put":{"TableName":"readings","Item":{"pk":{"S":"b"},"sk":{"S":"1"}}}}]}""")]
    [InlineData("DeleteItem", """{"TableName":"readings","Key":{"pk":{"S":"a"},"sk":{"S":"1"}}}""")]
    public void ItemCounts_OperationThatIsNotPlayed_AreUnchanged(string operation, string body)
    {
        Put("a", "1");
        Assert.NotEqual(200, _engine.Send(operation, body).Status);
        Assert.Equal(1, Count());
    }

    /// <summary>Expired items stay, as they do for days on AWS, so they count.</summary>
    [Fact]
    public void ItemCounts_ItemExpires_CountsWhatScanReturns()
    {
        _engine.Ok("UpdateTimeToLive", """{"TableName":"readings","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}""");
        _engine.Put($$$"""{"pk":{"S":"a"},"sk":{"S":"1"},"ttl":{"N":"{{{_engine.Time.GetUtcNow().ToUnixTimeSeconds() + 60}}}"}}""");
        _engine.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(_engine.Ok("Scan", """{"TableName":"readings","Select":"COUNT"}""")["Count"]!.GetValue<long>(), Count());
        Assert.Equal(1, Count());
    }

    [Fact]
    public void ItemCounts_TableDeletedAndMadeAnew_BeginAtZero()
    {
        Put("a", "1");
        _engine.Ok("DeleteTable", """{"TableName":"readings"}""");
        Assert.Equal(0, Count());
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        _engine.CreateTable("readings", sortType: "S");
        Assert.Equal(0, Count());
        Put("a", "1");
        Assert.Equal(1, Count());
    }

    [Fact]
    public void ItemCounts_Restart_AreKept()
    {
        Put("a", "1");
        Put("b", "1");
        _engine.Restart();
        Assert.Equal(2, Count());
    }

    /// <summary>Puts, overwrites and deletes as they come: after each, the count is what a scan finds.</summary>
    [Fact]
    public void ItemCounts_AnyWrites_AreWhatAScanFinds()
    {
        var random = new Random(7);
        for (var round = 0; round < 60; round++)
        {
            var keys = Enumerable.Range(0, 12).OrderBy(_ => random.Next()).Take(random.Next(1, 8));
            Batch([.. keys.Select(key => random.Next(2) == 0
                ? $$$$$"""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"{{{{{key}}}}}"}}}}"""
                : $$$$$"""{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"S":"{{{{{key}}}}}"}}}}""")]);
            Assert.Equal(_engine.Ok("Scan", """{"TableName":"readings","Select":"COUNT"}""")["Count"]!.GetValue<long>(), Count());
        }
    }

    /// <summary>What the live view and the page ask for takes SQLite as many steps with many items as with few; a scan shows that the steps are counted.</summary>
    [Fact]
    public void Steps_OfCountAndNewestReadings_DoNotGrowWithTheTable()
    {
        const int Charted = 240;
        const string Newest = """{"TableName":"readings","KeyConditionExpression":"pk = :a","ExpressionAttributeValues":{":a":{"S":"a"}},"ScanIndexForward":false,"Limit":240}""";
        Fill(0, Charted + 1);
        var (count, newest, scan) = (Steps(() => Count()), Steps(() => _engine.Ok("Query", Newest)), Scan());
        Fill(Charted + 1, 20 * Charted);

        Assert.Equal(count, Steps(() => Count()));
        Assert.Equal(newest, Steps(() => _engine.Ok("Query", Newest)));
        Assert.True(Scan() > 10 * scan);

        int Scan() => Steps(() => _engine.Ok("Scan", """{"TableName":"readings","Select":"COUNT"}"""));
    }

    [Fact]
    public void Steps_OfPut_DoNotGrowWithTheNumberOfItsTablesItems()
    {
        Fill(0, 25);
        var few = Steps(() => Put("a", "x1"));
        Fill(25, 2000);
        Assert.InRange(Steps(() => Put("a", "x2")), 1, 2 * few);
    }

    private long Count(string table = "readings") => _engine.Engine.ItemCounts().GetValueOrDefault(table);

    private void Put(string partition, string sort) => _engine.Put($$$"""{"pk":{"S":"{{{partition}}}"},"sk":{"S":"{{{sort}}}"}}""");

    private void Batch(params string[] requests) => _engine.Ok("BatchWriteItem", $$$"""{"RequestItems":{"readings":[{{{string.Join(',', requests)}}}]}}""");

    private void Fill(int from, int to)
    {
        foreach (var chunk in Enumerable.Range(from, to - from).Chunk(25))
            Batch([.. chunk.Select(i => $$$$$"""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"{{{{{i:000000}}}}}"},"v":{"N":"21.5"}}}}""")]);
    }

    /// <summary>How many instructions SQLite's virtual machine does meanwhile.</summary>
    private int Steps(Action work)
    {
        var steps = 0;
        using var command = _engine.Database.Command("");
        var handle = command.Connection!.Handle;
        raw.sqlite3_progress_handler(handle, 1, _ => { steps++; return 0; }, null);
        try
        {
            work();
            return steps;
        }
        finally
        {
            raw.sqlite3_progress_handler(handle, 0, null, null);
        }
    }
}
