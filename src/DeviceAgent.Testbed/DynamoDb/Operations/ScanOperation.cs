using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Tables;

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
