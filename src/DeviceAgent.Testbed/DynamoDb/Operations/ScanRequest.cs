using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>A Scan request that is valid as far as that can be said without the table.</summary>
internal sealed record ScanRequest(ReadRequest Common, ScanSegment? Segment)
{
    private const int MostSegments = 1_000_000;

    private static readonly ExpressionParameters Expressions =
        new(["ProjectionExpression", "FilterExpression"], ["AttributesToGet", "ScanFilter", "ConditionalOperator"]);

    public static ScanRequest Read(JsonElement request)
    {
        var common = ReadRequest.ReadShape(request);
        var segment = request.LongMember("Segment");
        var total = request.LongMember("TotalSegments");
        Expressions.CheckShape(request);
        common.Constrain()
            .AtLeast("totalSegments", total, 1).AtMost("totalSegments", total, MostSegments)
            .AtLeast("segment", segment, 0).AtMost("segment", segment, MostSegments - 1)
            .ThrowIfViolated();

        Expressions.Check(request);
        common = common.ReadStartKey();
        var part = ReadSegment(segment, total);
        var aliases = ExpressionAttributes.Read(request);
        common = common.ReadContent(request, aliases);
        aliases.ThrowIfUnused();
        common.CheckSelect();
        return new ScanRequest(common, part);
    }

    private static ScanSegment? ReadSegment(long? segment, long? total)
    {
        if (segment is null && total is null) return null;
        if (total is null)
            throw DynamoDbException.Validation("The TotalSegments parameter is required but was not present in the request when Segment parameter is present");
        if (segment is null)
            throw DynamoDbException.Validation("The Segment parameter is required but was not present in the request when parameter TotalSegments is present");
        if (segment >= total)
        {
            throw DynamoDbException.Validation("The Segment parameter is zero-based and must be less than parameter TotalSegments: "
                + $"Segment: {segment} is not less than TotalSegments: {total}");
        }

        return new ScanSegment((int)segment, (int)total);
    }
}
