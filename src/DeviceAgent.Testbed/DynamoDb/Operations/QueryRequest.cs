using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>A Query request that is valid as far as that can be said without the table.</summary>
internal sealed record QueryRequest(ReadRequest Common, IReadOnlyDictionary<string, KeyCondition> Keys, bool Descending)
{
    private static readonly ExpressionParameters Expressions = new(
        ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
        ["AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"]);

    public static QueryRequest Read(JsonElement request)
    {
        var common = ReadRequest.ReadShape(request);
        var forward = request.BooleanMember("ScanIndexForward");
        Expressions.CheckShape(request);
        common.Constrain().ThrowIfViolated();

        Expressions.Check(request);
        common = common.ReadStartKey();
        if (request.Member("KeyConditionExpression") is null)
            throw DynamoDbException.Validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.");
        var aliases = ExpressionAttributes.Read(request);
        var condition = ConditionParser.Parse("KeyConditionExpression", request.StringMember("KeyConditionExpression"), aliases)!;
        common = common.ReadContent(request, aliases);
        aliases.ThrowIfUnused();
        common.CheckSelect();
        return new QueryRequest(common, KeyConditions.Read(condition), forward == false);
    }
}
