using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Operations;

public sealed class ReadTests : IDisposable
{
    private const string Scan = """{"TableName":"readings"}""";

    private readonly EngineFixture _engine = EngineFixture.WithTable(sortType: "N");

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData(1, true)]
    [InlineData(7, true)]
    [InlineData(7, false)]
    [InlineData(50, false)]
    [InlineData(1000, true)]
    public void Query_Pages_ReassembleTheWholeInNumericOrder(int limit, bool forward)
    {
        var random = new Random(limit);
        decimal[] numbers = [.. Enumerable.Range(0, 50).Select(_ => Math.Round((decimal)(random.NextDouble() * 200 - 100), random.Next(6))).Distinct()];
        foreach (var number in numbers) Put("a", number);
        Put("b", 1);

        var pages = Pages("Query", Query("pk = :p", P("a"), $",\"Limit\":{limit},\"ScanIndexForward\":{(forward ? "true" : "false")}"));
        var expected = forward ? numbers.Order() : numbers.OrderDescending();
        Assert.Equal(expected, pages.SelectMany(p => p).Select(SortKey));
        Assert.All(pages.SkipLast(1), page => Assert.Equal(Math.Min(limit, numbers.Length), page.Count));
    }

    [Theory]
    [InlineData("sk = :x", "3")]
    [InlineData("sk < :x", "-20 -3 -2.5 0 2")]
    [InlineData("sk <= :x", "-20 -3 -2.5 0 2 3")]
    [InlineData("sk > :x", "10 100")]
    [InlineData(":x < sk", "10 100")]
    [InlineData("sk >= :x", "3 10 100")]
    [InlineData("sk BETWEEN :y AND :x", "-2.5 0 2 3")]
    public void Query_SortKeyCondition_SelectsTheRange(string condition, string expected)
    {
        foreach (var number in (decimal[])[10, -3, 100, 2, -20, 0, 3, -2.5m]) Put("a", number);
        var values = P("a") + ",\":x\":{\"N\":\"3\"}" + (condition.Contains(":y", StringComparison.Ordinal) ? ",\":y\":{\"N\":\"-2.5\"}" : "");
        var found = Pages("Query", Query($"pk = :p AND {condition}", values, "")).Single().Select(SortKey);
        Assert.Equal(expected, string.Join(' ', found.Select(n => n.ToString(CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void Query_TextSortKey_IsOrderedByUtf8AndSearchedByPrefix()
    {
        _engine.CreateTable("texts", sortType: "S");
        string[] keys = ["z", "a", "A", "ab", "é", "😀", "\uFFFD", "~", "a\u007F", "b"];
        foreach (var key in keys) _engine.Put($$"""{"pk":{"S":"p"},"sk":{"S":"{{key}}"} }""", "texts");
        var byBytes = keys.OrderBy(k => Convert.ToHexString(Encoding.UTF8.GetBytes(k)), StringComparer.Ordinal).ToList();
        Assert.Equal(byBytes, Keys("pk = :p", P("p")));
        Assert.Equal(["a", "ab", "a\u007F"], Keys("pk = :p AND begins_with(sk, :a)", P("p") + ",\":a\":{\"S\":\"a\"}"));

        IEnumerable<string> Keys(string condition, string values) =>
            Pages("Query", Query(condition, values, "").Replace("readings", "texts", StringComparison.Ordinal)).Single().Select(i => i["sk"]!["S"]!.GetValue<string>());
    }

    [Fact]
    public void Query_BinaryPrefixOfAllOnes_FindsToTheEndOfThePartition()
    {
        _engine.CreateTable("bytes", sortType: "B");
        foreach (var key in (byte[][])[[0xFF], [0xFF, 0xFF], [0xFF, 0], [0xFE]])
            _engine.Put($$"""{"pk":{"S":"p"},"sk":{"B":"{{Convert.ToBase64String(key)}}"} }""", "bytes");
        var answer = _engine.Ok("Query", """{"TableName":"bytes","KeyConditionExpression":"pk = :p AND begins_with(sk, :b)","ExpressionAttributeValues":{":p":{"S":"p"},":b":{"B":"/w=="}}}""");
        Assert.Equal(["/w==", "/wA=", "//8="], answer["Items"]!.AsArray().Select(i => i!["sk"]!["B"]!.GetValue<string>()));
    }

    [Fact]
    public void Query_FilterAndCount_LimitCountsBeforeTheFilter()
    {
        for (var i = 0; i < 10; i++) Put("a", i);
        var answer = _engine.Ok("Query", Query("pk = :p", P("a") + ",\":v\":{\"S\":\"even\"}", ",\"FilterExpression\":\"v = :v\",\"Limit\":5,\"Select\":\"COUNT\""));
        Assert.Equal((3, 5), (answer["Count"]!.GetValue<int>(), answer["ScannedCount"]!.GetValue<int>()));
        Assert.False(answer.ContainsKey("Items"));
        Assert.Equal("""{"pk":{"S":"a"},"sk":{"N":"4"}}""", answer["LastEvaluatedKey"]!.ToJsonString());
    }

    [Theory]
    [InlineData("Query")]
    [InlineData("Scan")]
    public void Read_LargeItems_PagesEndAtOneMegabyte(string operation)
    {
        var text = new string('x', 100_000);
        for (var i = 0; i < 25; i++) _engine.Put($$"""{"pk":{"S":"a"},"sk":{"N":"{{i}}"},"v":{"S":"{{text}}"} }""");
        var request = operation == "Scan" ? Scan : Query("pk = :p", P("a"), "");
        var pages = Pages(operation, request);
        Assert.Equal([11, 11, 3], pages.Select(p => p.Count));
        Assert.Equal(Enumerable.Range(0, 25).Select(i => (decimal)i), pages.SelectMany(p => p).Select(SortKey));
    }

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(1, 7)]
    [InlineData(3, 1000)]
    [InlineData(4, 3)]
    public void Scan_SegmentsAndPages_ReassembleTheWholeOnce(int segments, int limit)
    {
        for (var i = 0; i < 40; i++)
        {
            Put($"partition-{i}", 1);
            Put($"partition-{i}", 2);
        }

        var found = Enumerable.Range(0, segments)
            .Select(s => Pages("Scan", $$"""{"TableName":"readings","Segment":{{s}},"TotalSegments":{{segments}},"Limit":{{limit}} }""").SelectMany(p => p).ToList()).ToList();
        Assert.All(found, segment => Assert.NotEmpty(segment));
        var whole = Pages("Scan", Scan).SelectMany(p => p).Select(i => i.ToJsonString()).ToList();
        Assert.Equal(80, whole.Distinct().Count());
        Assert.Equal(whole, found.SelectMany(s => s).Select(i => i.ToJsonString()));
        Assert.NotEqual(whole.Order(StringComparer.Ordinal), whole);
    }

    [Fact]
    public void Scan_StartKeyThatIsGone_GoesOnBehindIt()
    {
        for (var i = 0; i < 5; i++) Put("a", i);
        _engine.Ok("BatchWriteItem", """{"RequestItems":{"readings":[{"DeleteRequest":{"Key":{"pk":{"S":"a"},"sk":{"N":"2"}}}}]}}""");
        var answer = _engine.Ok("Scan", """{"TableName":"readings","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"2"}}}""");
        Assert.Equal([3m, 4m], answer["Items"]!.AsArray().Select(i => SortKey(i!)));
    }

    [Theory]
    [InlineData("pk > :p", "Query key condition not supported")]
    [InlineData("sk = :n", "Query condition missed key schema element: pk")]
    [InlineData("pk = :p AND v = :n", "Query condition missed key schema element: sk")]
    [InlineData("pk = :p AND pk = :p", "KeyConditionExpressions must only contain one condition per key")]
    [InlineData("pk = :p AND sk = :n AND v = :n", "Conditions can be of length 1 or 2 only")]
    [InlineData("pk = :p OR sk = :n", "Invalid operator used in KeyConditionExpression: OR")]
    [InlineData("NOT pk = :p", "Invalid operator used in KeyConditionExpression: NOT")]
    [InlineData("pk <> :p", "Invalid operator used in KeyConditionExpression: <>")]
    [InlineData("pk IN (:p)", "Invalid operator used in KeyConditionExpression: IN")]
    [InlineData("contains(pk, :p)", "Invalid operator used in KeyConditionExpression: contains")]
    [InlineData("size(pk) = :n", "KeyConditionExpressions cannot contain nested operations")]
    [InlineData("pk.x = :p", "KeyConditionExpressions cannot have conditions on nested attributes")]
    [InlineData("pk = sk", "Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")]
    [InlineData(":p = :p", "Invalid condition in KeyConditionExpression: No key attribute specified")]
    [InlineData("begins_with(:p, pk)", "Invalid condition in KeyConditionExpression: begins_with operator must have the key attribute as its first operand")]
    [InlineData("pk = :n", "One or more parameter values were invalid: Condition parameter type does not match schema type")]
    [InlineData("pk = :empty", "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: pk")]
    [InlineData("pk = ", "Invalid KeyConditionExpression: Syntax error; token: \"<EOF>\", near: \"= \"")]
    public void Query_WrongKeyCondition_SaysWhatIsWrong(string condition, string message)
    {
        var values = new[] { (":p", """{"S":"a"}"""), (":n", """{"N":"1"}"""), (":empty", """{"S":""}""") }
            .Where(v => condition.Contains(v.Item1, StringComparison.Ordinal)).Select(v => $"\"{v.Item1}\":{v.Item2}").ToList();
        var attributes = values.Count == 0 ? "" : $",\"ExpressionAttributeValues\":{{{string.Join(",", values)}}}";
        Assert.Equal(message, _engine.Invalid("Query", $"{{\"TableName\":\"readings\",\"KeyConditionExpression\":\"{condition}\"{attributes}}}"));
    }

    [Theory]
    [InlineData(""","ExclusiveStartKey":{"pk":{"S":"a"}}""", "The provided starting key is invalid")]
    [InlineData(""","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{}}""", "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")]
    [InlineData(""","ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"S":"1"}}""", "The provided key element does not match the schema")]
    [InlineData(""","ExclusiveStartKey":{"pk":{"S":"b"},"sk":{"N":"1"}}""", "The provided starting key is outside query boundaries based on provided conditions")]
    [InlineData(""","FilterExpression":"sk = :p" """, "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk")]
    [InlineData(""","IndexName":"by-value" """, "The table does not have the specified index: by-value")]
    [InlineData(""","Select":"SPECIFIC_ATTRIBUTES" """, "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")]
    [InlineData(""","Select":"COUNT","ProjectionExpression":"v" """, "Cannot specify the ProjectionExpression when choosing to get COUNT")]
    [InlineData(""","Limit":0 """, "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")]
    [InlineData(""","QueryFilter":{} """, "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {QueryFilter} Expression parameters: {KeyConditionExpression}")]
    public void Query_WrongParameter_SaysWhatIsWrong(string more, string message) =>
        Assert.Equal(message, _engine.Invalid("Query", Query("pk = :p", P("a"), more)));

    [Theory]
    [InlineData("""{"TableName":"readings","Segment":1}""", "The TotalSegments parameter is required but was not present in the request when Segment parameter is present")]
    [InlineData("""{"TableName":"readings","TotalSegments":1}""", "The Segment parameter is required but was not present in the request when parameter TotalSegments is present")]
    [InlineData("""{"TableName":"readings","Segment":2,"TotalSegments":2}""", "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 2 is not less than TotalSegments: 2")]
    [InlineData("""{"TableName":"readings","ExclusiveStartKey":{"pk":{"S":"a"}}}""", "The provided starting key is invalid: The provided key element does not match the schema")]
    [InlineData("""{"TableName":"readings","ScanFilter":{}}""", "The testbed does not support the legacy parameter ScanFilter. Use ProjectionExpression, FilterExpression instead")]
    public void Scan_WrongParameter_SaysWhatIsWrong(string request, string message) => Assert.Equal(message, _engine.Invalid("Scan", request));

    [Fact]
    public void Scan_StartKeyOfAnotherSegment_IsRefused()
    {
        var refusals = Enumerable.Range(0, 2).Select(s => _engine.Send("Scan", $$"""{"TableName":"readings","Segment":{{s}},"TotalSegments":2,"ExclusiveStartKey":{"pk":{"S":"a"},"sk":{"N":"1"} } }""")).ToList();
        Assert.Equal([200, 400], refusals.Select(r => r.Status).Order());
        Assert.Contains("Please use ExclusiveStartKey with correct Segment", refusals.Single(r => r.Status == 400).Body, StringComparison.Ordinal);
    }

    private void Put(string pk, decimal sk)
    {
        var parity = sk % 2 == 0 ? "even" : "odd";
        _engine.Put($$"""{"pk":{"S":"{{pk}}"},"sk":{"N":"{{sk.ToString(CultureInfo.InvariantCulture)}}"},"v":{"S":"{{parity}}"} }""");
    }

    private List<List<JsonNode>> Pages(string operation, string request)
    {
        var pages = new List<List<JsonNode>>();
        var next = JsonNode.Parse(request)!.AsObject();
        while (true)
        {
            var answer = _engine.Ok(operation, next.ToJsonString());
            pages.Add([.. answer["Items"]!.AsArray().Select(i => i!)]);
            if (answer["LastEvaluatedKey"] is not { } key) return pages;
            next["ExclusiveStartKey"] = key.DeepClone();
        }
    }

    private static string Query(string condition, string values, string more) =>
        $"{{\"TableName\":\"readings\",\"KeyConditionExpression\":\"{condition}\",\"ExpressionAttributeValues\":{{{values}}}{more}}}";

    private static string P(string partition) => $"\":p\":{{\"S\":\"{partition}\"}}";

    private static decimal SortKey(JsonNode item) => decimal.Parse(item["sk"]!["N"]!.GetValue<string>(), CultureInfo.InvariantCulture);
}
