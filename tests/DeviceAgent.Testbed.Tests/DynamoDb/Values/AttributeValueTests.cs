using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Values;

public sealed class AttributeValueTests : IDisposable
{
    private readonly EngineFixture _engine = EngineFixture.WithTable();

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("""{"S":""}""")]
    [InlineData("""{"S":"é€😀 \"quoted\" +/<>&"}""")]
    [InlineData("""{"N":"1772366400.25"}""")]
    [InlineData("""{"B":"+/8="}""")]
    [InlineData("""{"B":""}""")]
    [InlineData("""{"BOOL":false}""")]
    [InlineData("""{"NULL":true}""")]
    [InlineData("""{"SS":["b","a"]}""")]
    [InlineData("""{"NS":["1","-2.5"]}""")]
    [InlineData("""{"BS":["YQ==","Yg=="]}""")]
    [InlineData("""{"L":[{"S":"a"},{"L":[]},{"M":{}}]}""")]
    [InlineData("""{"M":{"a":{"M":{"b":{"N":"3"}}},"":{"S":"empty names are for maps"}}}""")]
    public void PutItem_Value_ComesBackAsItWas(string value)
    {
        _engine.Put($$"""{"pk":{"S":"a"},"v":{{value}} }""");
        var item = _engine.Ok("GetItem", """{"TableName":"readings","Key":{"pk":{"S":"a"}}}""")["Item"]!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), item["v"]), item.ToJsonString());
    }

    [Theory]
    [InlineData("""{}""", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    [InlineData("""null""", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    [InlineData("""{"S":null}""", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    [InlineData("""{"X":"a"}""", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    [InlineData("""{"S":"a","N":"1"}""", "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")]
    [InlineData("""{"NULL":false}""", "One or more parameter values were invalid: Null attribute value types must have the value of true")]
    [InlineData("""{"SS":[]}""", "One or more parameter values were invalid: An string set  may not be empty")]
    [InlineData("""{"NS":[]}""", "One or more parameter values were invalid: An number set  may not be empty")]
    [InlineData("""{"BS":[]}""", "One or more parameter values were invalid: Binary sets should not be empty")]
    [InlineData("""{"SS":["a","b","a"]}""", "One or more parameter values were invalid: Input collection [a, b, a] contains duplicates.")]
    [InlineData("""{"NS":["1","1.0"]}""", "Input collection contains duplicates")]
    [InlineData("""{"BS":["YQ==","YQ=="]}""", "One or more parameter values were invalid: Input collection [YQ==, YQ==]of type BS contains duplicates.")]
    [InlineData("""{"N":"1,5"}""", "The parameter cannot be converted to a numeric value: 1,5")]
    [InlineData("""{"L":[{"M":{"a":{}}}]}""", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    public void PutItem_InvalidValue_IsAValidationException(string value, string message) =>
        Assert.Equal(message, _engine.Invalid("PutItem", $$"""{"TableName":"readings","Item":{"pk":{"S":"a"},"v":{{value}} } }"""));

    [Theory]
    [InlineData("""{"N":1}""", "NUMBER_VALUE cannot be converted to String")]
    [InlineData("""{"N":1.5}""", "DECIMAL_VALUE cannot be converted to String")]
    [InlineData("""{"S":true}""", "TRUE_VALUE cannot be converted to String")]
    [InlineData("""{"S":[]}""", "Unrecognized collection type class java.lang.String")]
    [InlineData("""{"S":{}}""", "Start of structure or map found where not expected")]
    [InlineData("""{"B":"abc"}""", "Base64 encoded length is expected a multiple of 4 bytes but found: 3")]
    [InlineData("""{"B":"YR=="}""", "Invalid last non-pad Base64 character dectected")]
    [InlineData("""{"B":"Y Q="}""", "Invalid last non-pad Base64 character dectected")]
    [InlineData("""{"B":1}""", "only base-64-encoded strings are convertible to bytes")]
    [InlineData("""{"BOOL":"perhaps"}""", "Unexpected token received from parser")]
    [InlineData("""{"SS":"a"}""", "Unexpected field type")]
    [InlineData("""{"NS":[1]}""", "NUMBER_VALUE cannot be converted to String")]
    [InlineData("""{"L":["a"]}""", "Unexpected value type in payload")]
    [InlineData("""{"M":[]}""", "Unrecognized collection type java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>")]
    [InlineData("""[]""", "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue")]
    [InlineData(""" "a" """, "Unexpected value type in payload")]
    public void PutItem_WrongJsonType_IsASerializationException(string value, string message)
    {
        var (status, body) = _engine.Send("PutItem", $$"""{"TableName":"readings","Item":{"pk":{"S":"a"},"v":{{value}} } }""");
        Assert.Equal(400, status);
        Assert.Equal($$"""{"__type":"com.amazon.coral.service#SerializationException","Message":"{{message}}"}""", body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"TableName":"readings","Item":{"pk":{"S":"\ud800"}}}""")]
    public void Execute_MalformedJson_IsASerializationExceptionWithoutAMessage(string body) =>
        Assert.Equal((400, """{"__type":"com.amazon.coral.service#SerializationException"}"""), _engine.Send("PutItem", body));

    [Fact]
    public void PutItem_Nesting_IsLimitedTo32Levels()
    {
        _engine.Put($$"""{"pk":{"S":"a"},"v":{{Nested(31)}} }""");
        Assert.Equal("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit",
            _engine.Invalid("PutItem", $$"""{"TableName":"readings","Item":{"pk":{"S":"a"},"v":{{Nested(32)}} } }"""));

        static string Nested(int wraps) => string.Concat(Enumerable.Repeat("""{"L":[""", wraps)) + """{"S":"x"}""" + string.Concat(Enumerable.Repeat("]}", wraps));
    }

    [Fact]
    public void PutItem_ItemSize_IsLimitedTo400KB()
    {
        // "pk" + "a" + "v" are four bytes.
        _engine.Put($$"""{"pk":{"S":"a"},"v":{"S":"{{new string('x', 409_600 - 4)}}"} }""");
        Assert.Equal("Item size has exceeded the maximum allowed size",
            _engine.Invalid("PutItem", $$"""{"TableName":"readings","Item":{"pk":{"S":"a"},"v":{"S":"{{new string('x', 409_600 - 3)}}"} } }"""));
    }

    [Theory]
    [InlineData("""{"S":"é"}""", 2)]
    [InlineData("""{"N":"0"}""", 1)]
    [InlineData("""{"N":"123"}""", 3)]
    [InlineData("""{"N":"-1200"}""", 3)]
    [InlineData("""{"B":"YWI="}""", 2)]
    [InlineData("""{"BOOL":true}""", 1)]
    [InlineData("""{"NULL":true}""", 1)]
    [InlineData("""{"SS":["a","bc"]}""", 3)]
    [InlineData("""{"L":[{"S":"ab"}]}""", 6)]
    [InlineData("""{"M":{"k":{"S":"ab"}}}""", 7)]
    public void DescribeTable_SizeBytes_FollowsTheFormula(string value, int size)
    {
        _engine.Put($$"""{"pk":{"S":"a"},"v":{{value}} }""");
        var table = _engine.Ok("DescribeTable", """{"TableName":"readings"}""")["Table"]!;
        Assert.Equal("pk".Length + "a".Length + "v".Length + size, table["TableSizeBytes"]!.GetValue<int>());
    }
}
