using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>Which expressions an operation takes, and the legacy parameters that they replaced, which the testbed refuses.</summary>
internal sealed record ExpressionParameters(string[] Expressions, string[] Legacy)
{
    private const string ProjectionExpression = "ProjectionExpression";

    public void CheckShape(JsonElement request)
    {
        foreach (var expression in Expressions) request.StringMember(expression);
        ExpressionAttributes.CheckShape(request);
    }

    public void Check(JsonElement request)
    {
        var expressions = Expressions.Where(e => request.Member(e) is not null).ToList();
        var legacy = Legacy.Where(l => request.Member(l) is not null).ToList();
        if (expressions.Count > 0 && legacy.Count > 0)
        {
            throw DynamoDbException.Validation("Can not use both expression and non-expression parameters in the same request: "
                + $"Non-expression parameters: {{{string.Join(", ", legacy)}}} Expression parameters: {{{string.Join(", ", expressions)}}}");
        }

        if (legacy.Count > 0)
            throw DynamoDbException.Validation($"The testbed does not support the legacy parameter {legacy[0]}. Use {string.Join(", ", Expressions)} instead");

        if (ExpressionAttributes.AnyNames(request) && expressions.Count == 0)
            throw DynamoDbException.Validation("ExpressionAttributeNames can only be specified when using expressions");

        var withValues = Expressions.Where(e => e != ProjectionExpression).ToList();
        if (ExpressionAttributes.AnyValues(request) && withValues.Count > 0 && !expressions.Intersect(withValues).Any())
        {
            var are = withValues.Count > 1 ? "are" : "is";
            throw DynamoDbException.Validation($"ExpressionAttributeValues can only be specified when using expressions: {string.Join(" and ", withValues)} {are} null");
        }
    }
}
