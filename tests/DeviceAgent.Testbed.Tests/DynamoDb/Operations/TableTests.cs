using System.Text.Json.Nodes;
using DeviceAgent.Testbed.DynamoDb;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Operations;

public sealed class TableTests : IDisposable
{
    private const string Readings = """
        {"TableName":"readings","BillingMode":"PAY_PER_REQUEST",
         "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}
        """;

    private readonly EngineFixture _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void CreateTable_OnDemand_GoesFromCreatingToActive()
    {
        var created = _engine.Ok("CreateTable", Readings)["TableDescription"]!;
        Assert.Equal("CREATING", created["TableStatus"]!.GetValue<string>());
        Assert.Equal("arn:aws:dynamodb:us-east-1:123456789012:table/readings", created["TableArn"]!.GetValue<string>());
        Assert.Equal("PAY_PER_REQUEST", created["BillingModeSummary"]!["BillingMode"]!.GetValue<string>());
        Assert.Equal(1772366400m, created["CreationDateTime"]!.GetValue<decimal>());
        Assert.Equal(("ResourceNotFoundException", "Requested resource not found"), _engine.Refused("Scan", """{"TableName":"readings"}"""));

        _engine.Time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal("CREATING", Status());
        _engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("ACTIVE", Status());
        _engine.Ok("Scan", """{"TableName":"readings"}""");
    }

    [Fact]
    public void CreateTable_ClockSetBackAfterwards_TableIsActiveNevertheless()
    {
        _engine.Ok("CreateTable", Readings);
        _engine.Time.StepWallClock(TimeSpan.FromDays(-1));
        Assert.Equal("ACTIVE", Status());
    }

    [Fact]
    public void CreateTable_Provisioned_EchoesWhatWasAskedFor()
    {
        var table = _engine.Ok("CreateTable", """
            {"TableName":"readings","ProvisionedThroughput":{"ReadCapacityUnits":5,"WriteCapacityUnits":7},"TableClass":"STANDARD_INFREQUENT_ACCESS",
             "DeletionProtectionEnabled":true,"SSESpecification":{"Enabled":true},"Tags":[{"Key":"a","Value":"b"}],"StreamSpecification":{"StreamEnabled":false},
             "AttributeDefinitions":[{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"pk","AttributeType":"S"}],
             "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}
            """)["TableDescription"]!.AsObject();
        Assert.Equal("""{"NumberOfDecreasesToday":0,"ReadCapacityUnits":5,"WriteCapacityUnits":7}""", table["ProvisionedThroughput"]!.ToJsonString());
        Assert.False(table.ContainsKey("BillingModeSummary"));
        Assert.Equal("""[{"AttributeName":"sk","AttributeType":"N"},{"AttributeName":"pk","AttributeType":"S"}]""", table["AttributeDefinitions"]!.ToJsonString());
        Assert.Equal("""[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]""", table["KeySchema"]!.ToJsonString());
        Assert.Equal("STANDARD_INFREQUENT_ACCESS", table["TableClassSummary"]!["TableClass"]!.GetValue<string>());
        Assert.Equal("arn:aws:kms:us-east-1:123456789012:alias/aws/dynamodb", table["SSEDescription"]!["KMSMasterKeyArn"]!.GetValue<string>());
        Assert.True(table["DeletionProtectionEnabled"]!.GetValue<bool>());
        Assert.True(Guid.TryParse(table["TableId"]!.GetValue<string>(), out _));
    }

    [Theory]
    [InlineData("""{"TableName":null}""", "The parameter 'TableName' is required but was not present in the request")]
    [InlineData("""{"TableName":"ab"}""", "TableName must be at least 3 characters long and at most 255 characters long")]
    [InlineData("""{"TableName":"a:b"}""", "1 validation error detected: Value 'a:b' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")]
    [InlineData("""{"BillingMode":"FREE"}""", "1 validation error detected: Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]")]
    [InlineData("""{"BillingMode":null}""", "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")]
    [InlineData("""{"ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}}""", "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")]
    [InlineData("""{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":0}}""", "2 validation errors detected: Value null at 'provisionedThroughput.writeCapacityUnits' failed to satisfy constraint: Member must not be null; Value '0' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData("""{"BillingMode":"PROVISIONED","ProvisionedThroughput":{"ReadCapacityUnits":1000000000001,"WriteCapacityUnits":1}}""", "Given value 1000000000001 for ReadCapacityUnits is out of bounds")]
    [InlineData("""{"KeySchema":null}""", "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: Member must not be null")]
    [InlineData("""{"KeySchema":[]}""", "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1")]
    [InlineData("""{"KeySchema":[{"AttributeName":"pk","KeyType":"SORT"}]}""", "1 validation error detected: Value 'SORT' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]")]
    [InlineData("""{"KeySchema":[{"AttributeName":"pk","KeyType":"RANGE"}]}""", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type")]
    [InlineData("""{"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}]}""", "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [id], AttributeDefinitions: [pk]")]
    [InlineData("""{"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}]}""", "Invalid KeySchema: Some index key attribute have no definition")]
    [InlineData("""{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"BOOL"}]}""", "1 validation error detected: Value 'BOOL' at 'attributeDefinitions.1.member.attributeType' failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]")]
    [InlineData("""{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"}]}""", "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")]
    [InlineData("""{"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"pk","KeyType":"RANGE"}]}""", "Both the Hash Key and the Range Key element in the KeySchema have the same name")]
    [InlineData("""{"GlobalSecondaryIndexes":[]}""", "One or more parameter values were invalid: List of GlobalSecondaryIndexes is empty")]
    [InlineData("""{"GlobalSecondaryIndexes":[{}]}""", "The testbed does not support GlobalSecondaryIndexes: create the table without them and query by its primary key")]
    [InlineData("""{"LocalSecondaryIndexes":[{}]}""", "The testbed does not support LocalSecondaryIndexes: create the table without them and query by its primary key")]
    [InlineData("""{"StreamSpecification":{"StreamEnabled":true}}""", "The testbed does not support StreamSpecification: create the table without a stream")]
    [InlineData("""{"ResourcePolicy":"{}"}""", "The testbed does not support ResourcePolicy: leave it out")]
    public void CreateTable_WrongParameter_SaysWhatIsWrong(string change, string message)
    {
        var request = JsonNode.Parse(Readings)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(change)!.AsObject()) request[name] = value?.DeepClone();
        Assert.Equal(message, _engine.Invalid("CreateTable", request.ToJsonString()));
        Assert.Equal("""{"TableNames":[]}""", _engine.Send("ListTables", "{}").Body);
    }

    [Fact]
    public void CreateTable_NameTaken_IsInUse()
    {
        _engine.Ok("CreateTable", Readings);
        Assert.Equal(("ResourceInUseException", "Table already exists: readings"), _engine.Refused("CreateTable", Readings));
    }

    [Fact]
    public void DeleteTable_Active_GoesWithItsItems()
    {
        _engine.CreateTable("readings");
        _engine.Put("""{"pk":{"S":"a"}}""");
        var deleted = _engine.Ok("DeleteTable", """{"TableName":"readings"}""")["TableDescription"]!;
        Assert.Equal("DELETING", deleted["TableStatus"]!.GetValue<string>());
        Assert.Equal("DELETING", Status());
        Assert.Equal("ResourceNotFoundException", _engine.Refused("Scan", """{"TableName":"readings"}""").Type);
        Assert.Equal("ResourceInUseException", _engine.Refused("DeleteTable", """{"TableName":"readings"}""").Type);
        Assert.Equal("ResourceInUseException", _engine.Refused("CreateTable", Readings).Type);

        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("ResourceNotFoundException", "Requested resource not found: Table: readings not found"), _engine.Refused("DescribeTable", """{"TableName":"readings"}"""));
        Assert.Equal("""{"TableNames":[]}""", _engine.Send("ListTables", "{}").Body);
        _engine.CreateTable("readings");
        Assert.Equal("""{"Items":[],"Count":0,"ScannedCount":0}""", _engine.Send("Scan", """{"TableName":"readings"}""").Body);
    }

    [Fact]
    public void DeleteTable_StillCreatingOrProtected_IsRefused()
    {
        _engine.Ok("CreateTable", Readings.Replace("\"PAY_PER_REQUEST\"", "\"PAY_PER_REQUEST\",\"DeletionProtectionEnabled\":true", StringComparison.Ordinal));
        Assert.Equal(("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: readings"),
            _engine.Refused("DeleteTable", """{"TableName":"readings"}"""));
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.StartsWith("Resource cannot be deleted", _engine.Invalid("DeleteTable", """{"TableName":"readings"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void ListTables_Limit_PagesThroughAllNames()
    {
        foreach (var name in (string[])["bbb", "aaa", "ccc", "AAA", "a.b"]) _engine.CreateTable(name);
        var names = new List<string>();
        string? start = null;
        do
        {
            var page = _engine.Ok("ListTables", start is null ? """{"Limit":2}""" : $$"""{"Limit":2,"ExclusiveStartTableName":"{{start}}"}""");
            names.AddRange(page["TableNames"]!.AsArray().Select(n => n!.GetValue<string>()));
            start = page["LastEvaluatedTableName"]?.GetValue<string>();
            Assert.True(start is null || start == names[^1]);
        }
        while (start is not null);

        Assert.Equal(["AAA", "a.b", "aaa", "bbb", "ccc"], names);
        Assert.Equal("1 validation error detected: Value '101' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100",
            _engine.Invalid("ListTables", """{"Limit":101}"""));
    }

    [Fact]
    public void DescribeTable_ByArn_IsTheSameTable()
    {
        _engine.CreateTable("readings");
        var table = _engine.Ok("DescribeTable", """{"TableName":"arn:aws:dynamodb:us-east-1:123456789012:table/readings"}""")["Table"]!;
        Assert.Equal("readings", table["TableName"]!.GetValue<string>());
    }

    [Fact]
    public void DescribeTable_AfterWrites_CountsLive()
    {
        _engine.CreateTable("readings");
        _engine.Put("""{"pk":{"S":"a"},"v":{"S":"12345"}}""");
        _engine.Put("""{"pk":{"S":"a"},"v":{"S":"1"}}""");
        _engine.Put("""{"pk":{"S":"b"}}""");
        _engine.Ok("BatchWriteItem", """{"RequestItems":{"readings":[{"DeleteRequest":{"Key":{"pk":{"S":"b"}}}},{"DeleteRequest":{"Key":{"pk":{"S":"c"}}}}]}}""");
        var table = _engine.Ok("DescribeTable", """{"TableName":"readings"}""")["Table"]!;
        Assert.Equal((1, 5), (table["ItemCount"]!.GetValue<int>(), table["TableSizeBytes"]!.GetValue<int>()));
    }

    [Fact]
    public void Restart_TablesItemsAndSettings_AreStillThere()
    {
        _engine.CreateTable("readings", sortType: "N");
        _engine.Put("""{"pk":{"S":"a"},"sk":{"N":"-1.5"},"v":{"M":{"x":{"BS":["YQ=="]}}}}""");
        _engine.Ok("UpdateTimeToLive", """{"TableName":"readings","TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}""");
        var before = (_engine.Send("DescribeTable", """{"TableName":"readings"}"""), _engine.Send("Scan", """{"TableName":"readings"}"""));
        _engine.Restart();
        Assert.Equal(before, (_engine.Send("DescribeTable", """{"TableName":"readings"}"""), _engine.Send("Scan", """{"TableName":"readings"}""")));
        Assert.Equal("""{"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"ttl"}}""", _engine.Send("DescribeTimeToLive", """{"TableName":"readings"}""").Body);
        Assert.Contains("\"ItemCount\":1", before.Item1.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void UpdateTimeToLive_Changes_AreOnceAnHour()
    {
        _engine.CreateTable("readings");
        const string Describe = """{"TableName":"readings"}""";
        Assert.Equal("""{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}""", _engine.Send("DescribeTimeToLive", Describe).Body);
        Assert.Equal("TimeToLive is already disabled", _engine.Invalid("UpdateTimeToLive", Change(false, "ttl")));
        Assert.Equal("""{"TimeToLiveSpecification":{"Enabled":true,"AttributeName":"ttl"}}""", _engine.Send("UpdateTimeToLive", Change(true, "ttl")).Body);

        _engine.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("Time to live has been modified multiple times within a fixed interval", _engine.Invalid("UpdateTimeToLive", Change(false, "ttl")));
        _engine.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("TimeToLive is already enabled", _engine.Invalid("UpdateTimeToLive", Change(true, "ttl")));
        Assert.Equal("TimeToLive is active on a different AttributeName: current AttributeName is ttl", _engine.Invalid("UpdateTimeToLive", Change(true, "other")));
        _engine.Ok("UpdateTimeToLive", Change(false, "ttl"));
        Assert.Equal("""{"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}}""", _engine.Send("DescribeTimeToLive", Describe).Body);
        Assert.Equal("1 validation error detected: Value null at 'timeToLiveSpecification' failed to satisfy constraint: Member must not be null", _engine.Invalid("UpdateTimeToLive", Describe));

        static string Change(bool enabled, string attribute) =>
            $$"""{"TableName":"readings","TimeToLiveSpecification":{"Enabled":{{(enabled ? "true" : "false")}},"AttributeName":"{{attribute}}"} }""";
    }

    [Fact]
    public void Knows_Operations_AreExactlyTheseEleven()
    {
        string[] known = ["CreateTable", "DescribeTable", "ListTables", "DeleteTable", "UpdateTimeToLive", "DescribeTimeToLive", "PutItem", "GetItem", "BatchWriteItem", "Query", "Scan"];
        Assert.All(known, name => Assert.True(DynamoDbEngine.Knows(name)));
        Assert.All(["UpdateItem", "TransactWriteItems", "putitem", ""], name => Assert.False(DynamoDbEngine.Knows(name)));
        Assert.Equal("UnknownOperationException", _engine.Refused("UpdateItem", "{}").Type);
    }

    private string Status() => _engine.Ok("DescribeTable", """{"TableName":"readings"}""")["Table"]!["TableStatus"]!.GetValue<string>();
}
