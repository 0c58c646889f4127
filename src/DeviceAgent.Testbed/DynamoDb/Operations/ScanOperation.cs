using System.Buffers.Binary;
using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class ScanOperation(TableCatalog tables, ItemRows items) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request) =>
        [new DynamoDbAccess("dynamodb:Scan", ScanRequest.Read(request).Common.TableName!, [])];

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var (common, segment) = ScanRequest.Read(request);
        var table = tables.Active(common.TableName!);
        common.CheckIndex();
        var after = ReadStart(table.Definition, common, segment);
        KeyPaths.Check(table.Definition, common.Projection?.Paths);
        KeyPaths.Check(table.Definition, common.Filter?.Paths);
        PageReader.Write(answer, table, common, items.Read(table, new ItemRange { FirstPartition = segment?.First, EndPartition = segment?.End, After = after }));
    }

    private static ItemKey? ReadStart(TableDefinition table, ReadRequest request, ScanSegment? segment)
    {
        if (request.StartKey is not { } startKey) return null;
        ItemKey start;
        try
        {
            start = ItemKeys.OfKey(table, startKey);
        }
        catch (DynamoDbException e)
        {
            throw DynamoDbException.Validation($"The provided starting key is invalid: {e.Message}");
        }

        if (segment?.Contains(start) != false) return start;
        throw DynamoDbException.Validation("The provided starting key is invalid: Invalid ExclusiveStartKey. "
            + $"Please use ExclusiveStartKey with correct Segment. TotalSegments: {segment.Total} Segment: {segment.Index}");
    }
}

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

/// <summary>One of the equal parts of the hash space that a parallel scan divides a table into.</summary>
internal sealed record ScanSegment(int Index, int Total)
{
    /// <summary>Null in the first segment.</summary>
    public byte[]? First => Index == 0 ? null : Bound(Index);

    /// <summary>Where the next segment begins; null in the last.</summary>
    public byte[]? End => Index == Total - 1 ? null : Bound(Index + 1);

    public bool Contains(ItemKey key) =>
        (First is null || key.Partition.AsSpan().SequenceCompareTo(First) >= 0) && (End is null || key.Partition.AsSpan().SequenceCompareTo(End) < 0);

    private byte[] Bound(int index)
    {
        var bound = new byte[ItemKey.HashLength];
        BinaryPrimitives.WriteUInt64BigEndian(bound, (ulong)((UInt128.One << 64) * (UInt128)index / (UInt128)Total));
        return bound;
    }
}
