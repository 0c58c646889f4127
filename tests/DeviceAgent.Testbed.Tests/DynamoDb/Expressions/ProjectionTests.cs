using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Tests.DynamoDb.Expressions;

public sealed class ProjectionTests : IDisposable
{
    private readonly EngineFixture _engine = EngineFixture.WithTable();

    public ProjectionTests() =>
        _engine.Put("""{"pk":{"S":"a"},"n":{"N":"1"},"l":{"L":[{"S":"x"},{"M":{"q":{"N":"2"},"r":{"N":"3"}}},{"S":"z"}]},"m":{"M":{"x":{"S":"1"},"y":{"S":"2"}}}}""");

    public void Dispose() => _engine.Dispose();

    [Theory]
    [InlineData("n", """{"n":{"N":"1"}}""")]
    [InlineData("pk, n", """{"pk":{"S":"a"},"n":{"N":"1"}}""")]
    [InlineData("m.x", """{"m":{"M":{"x":{"S":"1"}}}}""")]
    [InlineData("l[2], l[0]", """{"l":{"L":[{"S":"x"},{"S":"z"}]}}""")]
    [InlineData("l[1].r, m.y", """{"l":{"L":[{"M":{"r":{"N":"3"}}}]},"m":{"M":{"y":{"S":"2"}}}}""")]
    [InlineData("nope, m.nope, l[9], n.x", "{}")]
    public void GetItem_Projection_TakesOnlyTheParts(string projection, string expected)
    {
        var answer = _engine.Ok("GetItem", $$"""{"TableName":"readings","Key":{"pk":{"S":"a"} },"ProjectionExpression":"{{projection}}"}""");
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answer["Item"]), answer.ToJsonString());
    }

    [Theory]
    [InlineData("", "Invalid ProjectionExpression: The expression can not be empty;")]
    [InlineData("n,", "Invalid ProjectionExpression: Syntax error; token: \"<EOF>\", near: \",\"")]
    [InlineData("n m", "Invalid ProjectionExpression: Syntax error; token: \"m\", near: \"n m\"")]
    [InlineData("date", "Invalid ProjectionExpression: Attribute name is a reserved keyword; reserved keyword: date")]
    [InlineData("#d", "Invalid ProjectionExpression: An expression attribute name used in the document path is not defined; attribute name: #d")]
    [InlineData("m.x, m", "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m]")]
    [InlineData("m.x, m[0]", "Invalid ProjectionExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, [0]]")]
    [InlineData("pk.x", "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk")]
    public void GetItem_WrongProjection_SaysWhatIsWrong(string projection, string message) =>
        Assert.Equal(message, _engine.Invalid("GetItem", $$"""{"TableName":"readings","Key":{"pk":{"S":"a"} },"ProjectionExpression":"{{projection}}"}"""));
}
