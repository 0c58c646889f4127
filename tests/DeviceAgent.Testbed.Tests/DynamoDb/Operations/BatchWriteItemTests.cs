namespace DeviceAgent.Testbed.Tests.DynamoDb.Operations;

public sealed class BatchWriteItemTests : IDisposable
{
    private readonly EngineFixture _engine = EngineFixture.WithTable(sortType: "N");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void BatchWriteItem_PutsAndDeletes_AreDone()
    {
        _engine.Put("""{"pk":{"S":"old"},"sk":{"N":"1"}}""");
        _engine.CreateTable("other");
        var answer = _engine.Send("BatchWriteItem", $$"""
            {"ReturnConsumedCapacity":"TOTAL","RequestItems":{"readings":[{{Put("a", 1)}},{{Put("a", 2)}},{{Delete("old", 1)}},{{Delete("none", 1)}}],"other":[{"PutRequest":{"Item":{"pk":{"S":"x"} } } }] } }
            """);
        Assert.Equal((200, """{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"readings","CapacityUnits":4},{"TableName":"other","CapacityUnits":1}]}"""), answer);
        Assert.Equal(2, Count("readings"));
        Assert.Equal(1, Count("other"));
    }

    [Theory]
    [InlineData("""{"PutRequest":{"Item":{"pk":{"S":"a"}}}}""", "The provided key element does not match the schema")]
    [InlineData("""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"S":"1"}}}}""", "The provided key element does not match the schema")]
    [InlineData("""{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}}}}""", "The provided key element does not match the schema")]
    [InlineData("""{"PutRequest":{"Item":{"pk":{"S":""},"sk":{"N":"1"}}}}""", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")]
    [InlineData("""{"PutRequest":{"Item":{"pk":{"S":"good"},"sk":{"N":"1.0"}}}}""", "Provided list of item keys contains duplicates")]
    [InlineData("""{"DeleteRequest":{"Key":{"pk":{"S":"good"},"sk":{"N":"1"}}}}""", "Provided list of item keys contains duplicates")]
    [InlineData("""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"x"}}}}""", "The parameter cannot be converted to a numeric value: x")]
    [InlineData("{}", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")]
    [InlineData("""{"PutRequest":{}}""", "1 validation error detected: Value null at 'requestItems.readings.member.2.member.putRequest.item' failed to satisfy constraint: Member must not be null")]
    public void BatchWriteItem_OneBadRequest_RejectsTheWholeCall(string request, string message)
    {
        Assert.Equal(message, _engine.Invalid("BatchWriteItem", $$"""{"RequestItems":{"readings":[{{Put("good", 1)}},{{request}}] } }"""));
        Assert.Equal(0, Count("readings"));
    }

    [Fact]
    public void BatchWriteItem_OneItemTooLarge_RejectsTheWholeCall()
    {
        var large = $$"""{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"{{new string('x', 409_600)}}"} } } }""";
        Assert.Equal("Item size has exceeded the maximum allowed size", _engine.Invalid("BatchWriteItem", $$"""{"RequestItems":{"readings":[{{Put("good", 1)}},{{large}}] } }"""));
        Assert.Equal(0, Count("readings"));
    }

    [Fact]
    public void BatchWriteItem_Requests_AreAtMost25()
    {
        Assert.Equal(200, _engine.Send("BatchWriteItem", Batch(25)).Status);
        Assert.EndsWith("Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must have length greater than or equal to 1]", _engine.Invalid("BatchWriteItem", Batch(26)), StringComparison.Ordinal);
        Assert.EndsWith("Member must have length greater than or equal to 1", _engine.Invalid("BatchWriteItem", """{"RequestItems":{}}"""), StringComparison.Ordinal);
        Assert.Contains("Map value must satisfy constraint", _engine.Invalid("BatchWriteItem", """{"RequestItems":{"readings":[]}}"""), StringComparison.Ordinal);
        Assert.Contains("Map keys must satisfy constraint", _engine.Invalid("BatchWriteItem", $$"""{"RequestItems":{"a;":[{{Put("a", 1)}}] } }"""), StringComparison.Ordinal);
        Assert.Equal("Too many items requested for the BatchWriteItem call",
            _engine.Invalid("BatchWriteItem", $$"""{"RequestItems":{"readings":[{{Puts(13)}}],"other":[{{Puts(13)}}] } }"""));
        Assert.Equal(25, Count("readings"));
    }

    private int Count(string table) => _engine.Ok("Scan", $$"""{"TableName":"{{table}}"}""")["Count"]!.GetValue<int>();

    private static string Batch(int count) => $$"""{"RequestItems":{"readings":[{{Puts(count)}}] } }""";

    private static string Puts(int count) => string.Join(",", Enumerable.Range(0, count).Select(i => Put("a", i)));

    private static string Put(string pk, int sk) => $$"""{"PutRequest":{"Item":{"pk":{"S":"{{pk}}"},"sk":{"N":"{{sk}}"} } } }""";

    private static string Delete(string pk, int sk) => $$"""{"DeleteRequest":{"Key":{"pk":{"S":"{{pk}}"},"sk":{"N":"{{sk}}"} } } }""";
}
