using DeviceAgent.Testbed.DynamoDb;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Operations;

public sealed class ItemTests : IDisposable
{
    private readonly EngineFixture _engine = EngineFixture.WithTable(sortType: "N");

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void GetItem_NothingThere_AnswerHasNoItem() =>
        Assert.Equal("{}", _engine.Send("GetItem", """{"TableName":"readings","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}""").Body);

    [Fact]
    public void PutItem_SameKeyInAnotherNotation_ReplacesTheItem()
    {
        _engine.Put("""{"pk":{"S":"a"},"sk":{"N":"1.0"},"v":{"S":"old"}}""");
        var answer = _engine.Send("PutItem", """{"TableName":"readings","Item":{"pk":{"S":"a"},"sk":{"N":"10e-1"},"v":{"S":"new"}},"ReturnValues":"ALL_OLD"}""");
        Assert.Equal("""{"Attributes":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"old"}}}""", answer.Body);
        Assert.Equal("""{"Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"new"}}}""", _engine.Send("GetItem", """{"TableName":"readings","Key":{"pk":{"S":"a"},"sk":{"N":"1"}}}""").Body);
    }

    [Fact]
    public void PutItem_FailedConditionWithOldValuesAsked_CarriesTheItem()
    {
        _engine.Put("""{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"first"}}""");
        var answer = _engine.Send("PutItem", """
            {"TableName":"readings","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"second"}},"ConditionExpression":"attribute_not_exists(pk)","ReturnValuesOnConditionCheckFailure":"ALL_OLD"}
            """);
        Assert.Equal((400, """{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Message":"The conditional request failed","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"first"}}}"""), answer);
        Assert.Contains("first", _engine.Send("Scan", """{"TableName":"readings"}""").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "One or more parameter values were invalid: Missing the key pk in the item")]
    [InlineData("""{"pk":{"S":"a"}}""", "One or more parameter values were invalid: Missing the key sk in the item")]
    [InlineData("""{"pk":{"S":"a"},"sk":{"S":"1"}}""", "One or more parameter values were invalid: Type mismatch for key sk expected: N actual: S")]
    [InlineData("""{"pk":{"S":""},"sk":{"N":"1"}}""", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")]
    public void PutItem_WrongKey_SaysWhatIsWrong(string item, string message) =>
        Assert.Equal(message, _engine.Invalid("PutItem", $$"""{"TableName":"readings","Item":{{item}} }"""));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"pk":{"S":"a"}}""")]
    [InlineData("""{"pk":{"S":"a"},"sk":{"S":"1"}}""")]
    [InlineData("""{"pk":{"S":"a"},"sk":{"N":"1"},"x":{"N":"1"}}""")]
    [InlineData("""{"pk":{"S":"a"},"x":{"N":"1"}}""")]
    public void GetItem_KeyThatDoesNotFit_IsRefused(string key) =>
        Assert.Equal("The provided key element does not match the schema", _engine.Invalid("GetItem", $$"""{"TableName":"readings","Key":{{key}} }"""));

    [Fact]
    public void PutItem_KeySizes_AreLimited()
    {
        _engine.CreateTable("texts", "S", "B");
        var longest = new string('é', 1024);
        var bytes = Convert.ToBase64String(new byte[1024]);
        _engine.Put($$"""{"pk":{"S":"{{longest}}"},"sk":{"B":"{{bytes}}"} }""", "texts");
        Assert.Equal("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
            _engine.Invalid("PutItem", $$"""{"TableName":"texts","Item":{"pk":{"S":"{{longest}}x"},"sk":{"B":"YQ=="} } }"""));
        Assert.Equal("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
            _engine.Invalid("PutItem", $$"""{"TableName":"texts","Item":{"pk":{"S":"a"},"sk":{"B":"{{Convert.ToBase64String(new byte[1025])}}"} } }"""));
        Assert.Equal("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty binary value. Key: sk",
            _engine.Invalid("GetItem", """{"TableName":"texts","Key":{"pk":{"S":"a"},"sk":{"B":""}}}"""));
    }

    [Theory]
    [InlineData("""{"Item":{}}""", "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: Member must not be null")]
    [InlineData("""{"TableName":"x","Item":{}}""", "1 validation error detected: Value 'x' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3")]
    [InlineData("""{"TableName":"a;"}""", "3 validation errors detected: Value 'a;' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a;' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3; Value null at 'item' failed to satisfy constraint: Member must not be null")]
    [InlineData("""{"TableName":"abc","Item":{},"ReturnConsumedCapacity":"SOME","ReturnValues":"ALL"}""", "2 validation errors detected: Value 'SOME' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]; Value 'ALL' at 'returnValues' failed to satisfy constraint: Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]")]
    [InlineData("""{"TableName":"abc","Item":{},"ReturnValues":"ALL_NEW"}""", "ReturnValues can only be ALL_OLD or NONE")]
    public void PutItem_ConstraintsOfTheModel_AreReportedTogether(string request, string message) => Assert.Equal(message, _engine.Invalid("PutItem", request));

    [Theory]
    [InlineData("PutItem", """{"TableName":"nope","Item":{"pk":{"S":"a"}}}""")]
    [InlineData("GetItem", """{"TableName":"nope","Key":{"pk":{"S":"a"}}}""")]
    [InlineData("Scan", """{"TableName":"nope"}""")]
    [InlineData("BatchWriteItem", """{"RequestItems":{"readings":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}}],"nope":[{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}]}}""")]
    public void Execute_UnknownTable_IsNotFound(string operation, string request)
    {
        Assert.Equal(("ResourceNotFoundException", "Requested resource not found"), _engine.Refused(operation, request));
        Assert.Contains("\"Count\":0", _engine.Send("Scan", """{"TableName":"readings"}""").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "TOTAL", """{"ConsumedCapacity":{"TableName":"readings","CapacityUnits":1}}""")]
    [InlineData(1025, "TOTAL", """{"ConsumedCapacity":{"TableName":"readings","CapacityUnits":2}}""")]
    [InlineData(5000, "INDEXES", """{"ConsumedCapacity":{"TableName":"readings","CapacityUnits":5,"Table":{"CapacityUnits":5}}}""")]
    [InlineData(5000, "NONE", "{}")]
    public void PutItem_ConsumedCapacity_IsAUnitForEachKilobyte(int size, string mode, string expected) =>
        Assert.Equal(expected, _engine.Send("PutItem", Item(size, mode)).Body);

    [Fact]
    public void ConsumedCapacity_SmallerItemOverALargerOne_CountsTheLarger()
    {
        _engine.Ok("PutItem", Item(5000, "NONE"));
        Assert.Contains("\"CapacityUnits\":5", _engine.Send("PutItem", Item(100, "TOTAL")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public void ConsumedCapacity_Reads_AreHalfWhenEventuallyConsistent()
    {
        _engine.Ok("PutItem", Item(5000, "NONE"));
        const string Get = """{"TableName":"readings","Key":{"pk":{"S":"a"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL","ProjectionExpression":"pk"%}""";
        Assert.Contains("\"CapacityUnits\":1}", _engine.Send("GetItem", Get.Replace("%", "", StringComparison.Ordinal)).Body, StringComparison.Ordinal);
        Assert.Contains("\"CapacityUnits\":2}", _engine.Send("GetItem", Get.Replace("%", ",\"ConsistentRead\":true", StringComparison.Ordinal)).Body, StringComparison.Ordinal);
        Assert.Contains("\"CapacityUnits\":0.5}", _engine.Send("GetItem", """{"TableName":"readings","Key":{"pk":{"S":"none"},"sk":{"N":"1"}},"ReturnConsumedCapacity":"TOTAL"}""").Body, StringComparison.Ordinal);
        Assert.Contains("\"CapacityUnits\":2}", _engine.Send("Scan", """{"TableName":"readings","ReturnConsumedCapacity":"TOTAL","ConsistentRead":true}""").Body, StringComparison.Ordinal);
    }

    [Fact]
    public void PutItem_ManyThreads_NothingIsLostAndAConditionHasOneWinner()
    {
        const int Threads = 8;
        const int Items = 40;
        var winners = 0;
        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            for (var i = 0; i < Items; i++)
            {
                _engine.Put($$"""{"pk":{"S":"thread-{{thread}}"},"sk":{"N":"{{i}}"} }""");
                var (status, _) = _engine.Send("PutItem", $$"""{"TableName":"readings","Item":{"pk":{"S":"contended"},"sk":{"N":"{{i}}"} },"ConditionExpression":"attribute_not_exists(pk)"}""");
                if (status == 200) Interlocked.Increment(ref winners);
            }
        });
        Assert.Equal(Items, winners);
        Assert.Equal(Items * (Threads + 1), _engine.Ok("Scan", """{"TableName":"readings","Select":"COUNT"}""")["Count"]!.GetValue<int>());
    }

    [Fact]
    public void Accesses_EachOperation_NamesTablesAndLeadingKeys()
    {
        _engine.CreateTable("other", "N");
        Expect("PutItem", """{"TableName":"readings","Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}""", "dynamodb:PutItem readings a");
        Expect("GetItem", """{"TableName":"other","Key":{"pk":{"N":"1.50"}}}""", "dynamodb:GetItem other 1.5");
        Expect("Query", """{"TableName":"readings","KeyConditionExpression":"pk = :p AND sk > :s","ExpressionAttributeValues":{":p":{"S":"a"},":s":{"N":"1"}}}""", "dynamodb:Query readings a");
        Expect("Scan", """{"TableName":"readings"}""", "dynamodb:Scan readings ");
        Expect("PutItem", """{"TableName":"missing","Item":{"pk":{"S":"a"}}}""", "dynamodb:PutItem missing ");
        Expect("ListTables", "{}", "dynamodb:ListTables * ");
        Expect("DescribeTable", """{"TableName":"readings"}""", "dynamodb:DescribeTable readings ");
        Expect("BatchWriteItem", """
            {"RequestItems":{"readings":[{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"b"},"sk":{"N":"1"}}}},{"PutRequest":{"Item":{"pk":{"S":"a"},"sk":{"N":"2"}}}}],
                             "other":[{"DeleteRequest":{"Key":{"pk":{"N":"7"}}}}]}}
            """, "dynamodb:BatchWriteItem readings a,b", "dynamodb:BatchWriteItem other 7");

        void Expect(string operation, string body, params string[] expected) =>
            Assert.Equal(expected, _engine.Engine.Accesses(operation, System.Text.Encoding.UTF8.GetBytes(body)).Select(a => $"{a.Action} {a.TableName} {string.Join(',', a.LeadingKeys)}"));
    }

    [Fact]
    public void Accesses_UnreadableRequest_Throws()
    {
        var error = Assert.Throws<DynamoDbException>(() => _engine.Engine.Accesses("PutItem", "{"u8.ToArray()));
        Assert.Equal("com.amazon.coral.service#SerializationException", error.Type);
        Assert.Throws<DynamoDbException>(() => _engine.Engine.Accesses("UpdateItem", "{}"u8.ToArray()));
    }

    // The item's other bytes are pk + a + sk + 1 + v.
    private static string Item(int size, string mode) =>
        $$"""{"TableName":"readings","ReturnConsumedCapacity":"{{mode}}","Item":{"pk":{"S":"a"},"sk":{"N":"1"},"v":{"S":"{{new string('x', size - 8)}}"} } }""";
}
