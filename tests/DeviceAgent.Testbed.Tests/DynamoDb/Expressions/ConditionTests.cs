using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Expressions;

public sealed partial class ConditionTests : IDisposable
{
    private const string Item = """
        {"pk":{"S":"a"},"n":{"N":"10"},"s":{"S":"hello"},"b":{"B":"YWI="},"yes":{"BOOL":true},"nil":{"NULL":true},
         "l":{"L":[{"S":"x"},{"N":"2"}]},"m":{"M":{"x":{"M":{"y":{"N":"1"}}}}},"ss":{"SS":["p","q"]},"ns":{"NS":["1","2"]}}
        """;

    private static readonly Dictionary<string, string> Values = new()
    {
        [":n"] = """{"N":"10.0"}""",
        [":one"] = """{"N":"1"}""",
        [":two"] = """{"N":"2"}""",
        [":big"] = """{"N":"100"}""",
        [":s"] = """{"S":"hello"}""",
        [":he"] = """{"S":"he"}""",
        [":ell"] = """{"S":"ell"}""",
        [":x"] = """{"S":"x"}""",
        [":z"] = """{"S":"z"}""",
        [":p"] = """{"S":"p"}""",
        [":yes"] = """{"BOOL":true}""",
        [":nil"] = """{"NULL":true}""",
        [":b"] = """{"B":"YQ=="}""",
        [":ss"] = """{"SS":["q","p"]}""",
        [":l"] = """{"L":[{"S":"x"},{"N":"2.0"}]}""",
        [":tS"] = """{"S":"S"}""",
        [":tM"] = """{"S":"M"}""",
        [":tZ"] = """{"S":"Z"}""",
        [":empty"] = """{"S":""}""",
    };

    private readonly EngineFixture _engine = EngineFixture.WithTable();

    public ConditionTests() => _engine.Put(Item);

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("n = :n", true)]
    [InlineData(":n = n", true)]
    [InlineData("n <> :n", false)]
    [InlineData("n < :big and n > :two", true)]
    [InlineData("n <= :n and n >= :n", true)]
    [InlineData("n BETWEEN :two AND :big", true)]
    [InlineData("n between :one and :two", false)]
    [InlineData("n IN (:one, :n)", true)]
    [InlineData("n in (:one, :two)", false)]
    [InlineData("n = :s", false)]
    [InlineData("n < :s", false)]
    [InlineData("n <> :s", true)]
    [InlineData("nope = :s", false)]
    [InlineData("nope <> :s", true)]
    [InlineData("nope < :s", false)]
    [InlineData("not nope < :s", true)]
    [InlineData("nope in (:s)", false)]
    [InlineData("NOT n = :one AND s = :s", true)]
    [InlineData("n = :one OR n = :n AND s = :z", false)]
    [InlineData("(n = :one OR n = :n) AND s = :s", true)]
    [InlineData("NOT (n = :one OR n = :n)", false)]
    [InlineData("NOT NOT n = :n", true)]
    [InlineData("attribute_exists(m.x.y)", true)]
    [InlineData("attribute_exists(m.x.z)", false)]
    [InlineData("attribute_not_exists(l[2])", true)]
    [InlineData("attribute_not_exists(s.x)", true)]
    [InlineData("l[0] = :x AND l[ 1 ] = :two", true)]
    [InlineData("attribute_type(m, :tM)", true)]
    [InlineData("attribute_type(n, :tS)", false)]
    [InlineData("begins_with(s, :he)", true)]
    [InlineData("begins_with(s, :ell)", false)]
    [InlineData("begins_with(b, :b)", true)]
    [InlineData("begins_with(n, :he)", false)]
    [InlineData("begins_with(s, :empty)", true)]
    [InlineData("contains(s, :ell)", true)]
    [InlineData("contains(ss, :p)", true)]
    [InlineData("contains(ss, :z)", false)]
    [InlineData("contains(ns, :two)", true)]
    [InlineData("contains(l, :two)", true)]
    [InlineData("contains(b, :b)", true)]
    [InlineData("contains(n, :one)", false)]
    [InlineData("size(s) > :two", true)]
    [InlineData("size(ss) = :two", true)]
    [InlineData("size(m) = :one", true)]
    [InlineData("size(b) = :two", true)]
    [InlineData("size(n) = :two", false)]
    [InlineData("size(l[0]) = size(m)", true)]
    [InlineData("ss = :ss", true)]
    [InlineData("l = :l", true)]
    [InlineData("yes = :yes and nil = :nil", true)]
    [InlineData("(s) = (:s)", true)]
    [InlineData("m.x.y=:one", true)]
    public void PutItem_Condition_DecidesWhetherItIsPut(string condition, bool expected)
    {
        var (status, body) = Put(condition);
        Assert.Equal(expected ? (200, "{}") : (400, """{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"""), (status, body));

        var scan = _engine.Ok("Scan", Request("FilterExpression", condition, ""));
        Assert.Equal(expected ? 1 : 0, scan["Count"]!.GetValue<int>());
        Assert.Equal(1, scan["ScannedCount"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("", "The expression can not be empty;")]
    [InlineData("n = ", """Syntax error; token: "<EOF>", near: "= " """)]
    [InlineData("n = = :n", """Syntax error; token: "=", near: "= = :n" """)]
    [InlineData("n == :n", """Syntax error; token: "=", near: "== :n" """)]
    [InlineData("n = 5", """Syntax error; token: "5", near: "= 5" """)]
    [InlineData("n = :n AND", """Syntax error; token: "<EOF>", near: "AND" """)]
    [InlineData("n", """Syntax error; token: "<EOF>", near: "n" """)]
    [InlineData("n ! :n", """Syntax error; token: "!", near: "n ! :n" """)]
    [InlineData("(n = :n", """Syntax error; token: "<EOF>", near: ":n" """)]
    [InlineData("n = :n)", """Syntax error; token: ")", near: ":n)" """)]
    [InlineData("attribute_exists()", """Syntax error; token: ")", near: "()" """)]
    [InlineData("l[a] = :n", """Syntax error; token: "a", near: "[a]" """)]
    [InlineData("# = :n", """Syntax error; token: "#", near: "# =" """)]
    [InlineData("n = :n n = :n", """Syntax error; token: "n", near: ":n n =" """)]
    [InlineData("((n = :n))", "The expression has redundant parentheses;")]
    [InlineData("((n)) = :n", "The expression has redundant parentheses;")]
    [InlineData("foo(n)", "Invalid function name; function: foo")]
    [InlineData("Attribute_Exists(n)", "Invalid function name; function: Attribute_Exists")]
    [InlineData("size(s)", "The function is not allowed to be used this way in an expression; function: size")]
    [InlineData("attribute_exists(n) = :n", "The function is not allowed to be used this way in an expression; function: attribute_exists")]
    [InlineData("contains(begins_with(s, :s), :s)", "The function is not allowed to be used this way in an expression; function: begins_with")]
    [InlineData("timestamp = :n", "Attribute name is a reserved keyword; reserved keyword: timestamp")]
    [InlineData("m.name = :n", "Attribute name is a reserved keyword; reserved keyword: name")]
    [InlineData("#t = :n", "An expression attribute name used in the document path is not defined; attribute name: #t")]
    [InlineData("n = :undefined", "An expression attribute value used in expression is not defined; attribute value: :undefined")]
    [InlineData("attribute_exists(n, s)", "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 2")]
    [InlineData("begins_with(s)", "Incorrect number of operands for operator or function; operator or function: begins_with, number of operands: 1")]
    [InlineData("attribute_exists(:s)", "Operator or function requires a document path; operator or function: attribute_exists")]
    [InlineData("begins_with(s, :n)", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N")]
    [InlineData("attribute_type(s, :n)", "Incorrect operand type for operator or function; operator or function: attribute_type, operand type: N")]
    [InlineData("attribute_type(s, :tZ)", "Invalid attribute type name found; type: Z, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")]
    [InlineData("size(:n) = :n", "Incorrect operand type for operator or function; operator or function: size, operand type: N")]
    [InlineData("n = n", "The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [n]")]
    [InlineData("contains(m.x, m.x)", "The first operand must be distinct from the remaining operands for this operator or function; operator: contains, first operand: [m, x]")]
    [InlineData("n BETWEEN :big AND :one", "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:100}, upper bound operand: AttributeValue: {N:1}")]
    [InlineData("n BETWEEN :one AND :s", "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:hello}")]
    public void PutItem_WrongExpression_SaysWhatIsWrong(string condition, string message)
    {
        var error = _engine.Invalid("PutItem", Request("ConditionExpression", condition, $",\"Item\":{Item}"));
        Assert.Equal($"Invalid ConditionExpression: {message.TrimEnd(' ')}", error);
        Assert.Equal($"Invalid FilterExpression: {message.TrimEnd(' ')}", _engine.Invalid("Scan", Request("FilterExpression", condition, "")));
    }

    [Fact]
    public void Parse_ExpressionBeyondTheLimits_IsRefused()
    {
        Assert.Equal("Invalid FilterExpression: Expression size has exceeded the maximum allowed size; expression size: 4097",
            _engine.Invalid("Scan", Request("FilterExpression", new string(' ', 4097), "")));
        Assert.Equal("Invalid FilterExpression: The expression contains more than 300 operators and functions",
            _engine.Invalid("Scan", Request("FilterExpression", "n = :n" + string.Concat(Enumerable.Repeat(" OR n = :n", 150)), "")));
        Assert.StartsWith("Invalid FilterExpression: The expression has parentheses more than", _engine.Invalid("Scan", Request("FilterExpression", new string('(', 4000), "")), StringComparison.Ordinal);
        Assert.StartsWith("Invalid FilterExpression: The expression contains more than", _engine.Invalid("Scan", Request("FilterExpression", string.Concat(Enumerable.Repeat("NOT ", 1000)), "")), StringComparison.Ordinal);
        Assert.Equal("Invalid FilterExpression: The IN operator is provided with too many operands; number of operands: 101",
            _engine.Invalid("Scan", Request("FilterExpression", $"n IN ({string.Join(",", Enumerable.Repeat(":n", 101))})", "")));
    }

    [Theory]
    [InlineData("""{"ConditionExpression":"#n = :n","ExpressionAttributeNames":{"#n":"n","#x":"x"},"ExpressionAttributeValues":{":n":{"N":"1"}}}""", "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeValues":{":n":{"N":"1"},":x":{"N":"1"},":y":{"N":"1"}}}""", "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x, :y}")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeValues":{}}""", "ExpressionAttributeValues must not be empty")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeNames":{}}""", "ExpressionAttributeNames must not be empty")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeNames":{"n":"n"}}""", "ExpressionAttributeNames contains invalid key: Syntax error; key: \"n\"")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeValues":{"n":{"N":"1"}}}""", "ExpressionAttributeValues contains invalid key: Syntax error; key: \"n\"")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeValues":{":n":{"N":"x"}}}""", "ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: x for key :n")]
    [InlineData("""{"ConditionExpression":"n = :n","ExpressionAttributeValues":{":n":{"SS":[]}}}""", "ExpressionAttributeValues contains invalid value: One or more parameter values were invalid: An string set  may not be empty for key :n")]
    [InlineData("""{"ExpressionAttributeNames":{"#n":"n"}}""", "ExpressionAttributeNames can only be specified when using expressions")]
    [InlineData("""{"ExpressionAttributeValues":{":n":{"N":"1"}}}""", "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")]
    [InlineData("""{"ConditionExpression":"n = :n","Expected":{}}""", "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}")]
    [InlineData("""{"Expected":{}}""", "The testbed does not support the legacy parameter Expected. Use ConditionExpression instead")]
    public void PutItem_WrongExpressionParameters_SaysWhatIsWrong(string parameters, string message)
    {
        var request = JsonNode.Parse(parameters)!.AsObject();
        request["TableName"] = "readings";
        request["Item"] = JsonNode.Parse("""{"pk":{"S":"a"}}""");
        Assert.Equal(message, _engine.Invalid("PutItem", request.ToJsonString()));
    }

    [Fact]
    public void PutItem_ReservedWordBehindAnAlias_IsFine() =>
        _engine.Ok("PutItem", """
            {"TableName":"readings","Item":{"pk":{"S":"new"}},"ConditionExpression":"attribute_not_exists(#timestamp)","ExpressionAttributeNames":{"#timestamp":"timestamp"}}
            """);

    private (int Status, string Body) Put(string condition) => _engine.Send("PutItem", Request("ConditionExpression", condition, $",\"Item\":{Item}"));

    private static string Request(string parameter, string expression, string more)
    {
        var used = ValueAlias().Matches(expression).Select(m => m.Value).Distinct().Where(Values.ContainsKey).Select(v => $"\"{v}\":{Values[v]}").ToList();
        var values = used.Count == 0 ? "" : $",\"ExpressionAttributeValues\":{{{string.Join(",", used)}}}";
        return $"{{\"TableName\":\"readings\",\"{parameter}\":\"{expression}\"{values}{more}}}";
    }

    [GeneratedRegex(":[a-zA-Z]+")]
    private static partial Regex ValueAlias();
}
