using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

/// <summary>What Query and Scan have in common.</summary>
internal sealed record ReadRequest
{
    public string? Select { get; init; }

    public string? IndexName { get; init; }

    public string? ConsumedCapacity { get; init; }

    public string? TableName { get; init; }

    public long? Limit { get; init; }

    public bool Consistent { get; init; }

    public IReadOnlyDictionary<string, JsonElement>? RawStartKey { get; init; }

    public IReadOnlyDictionary<string, AttributeValue>? StartKey { get; init; }

    public ConditionExpression? Filter { get; init; }

    public Projection? Projection { get; init; }

    public bool CountOnly => Select == "COUNT";

    /// <summary>The JSON types.</summary>
    public static ReadRequest ReadShape(JsonElement request) => new()
    {
        Select = request.StringMember("Select"),
        IndexName = request.StringMember("IndexName"),
        ConsumedCapacity = Operations.ConsumedCapacity.ReadMode(request),
        TableName = Operations.TableName.Read(request),
        Limit = request.LongMember("Limit"),
        Consistent = request.BooleanMember("ConsistentRead") ?? false,
        RawStartKey = request.AttributesMember("ExclusiveStartKey"),
    };

    /// <summary>The model's constraints, in the model's order; the operation's own come at the end.</summary>
    public Constraints Constrain() => new Constraints()
        .OneOf("select", Select, "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
        .Name("indexName", IndexName)
        .ConsumedCapacityMode(ConsumedCapacity)
        .NotNull("tableName", TableName).Name("tableName", TableName)
        .AtLeast("limit", Limit, 1);

    /// <summary>The values and the expressions.</summary>
    public ReadRequest ReadContent(JsonElement request, ExpressionAttributes aliases) => this with
    {
        Filter = ConditionParser.Parse("FilterExpression", request.StringMember("FilterExpression"), aliases),
        Projection = Projection.Parse(request.StringMember("ProjectionExpression"), aliases),
    };

    public ReadRequest ReadStartKey()
    {
        if (RawStartKey is null) return this;
        try
        {
            return this with { StartKey = AttributeReader.ReadAll(RawStartKey) };
        }
        catch (DynamoDbException e) when (e.Message.StartsWith("Supplied AttributeValue", StringComparison.Ordinal) || e.Message.StartsWith("One or more", StringComparison.Ordinal))
        {
            throw DynamoDbException.Validation($"The provided starting key is invalid: {e.Message}");
        }
    }

    public void CheckSelect()
    {
        if (Projection is not null && Select is not (null or "SPECIFIC_ATTRIBUTES"))
            throw DynamoDbException.Validation($"Cannot specify the ProjectionExpression when choosing to get {Select}");
        if (Select == "SPECIFIC_ATTRIBUTES" && Projection is null)
            throw DynamoDbException.Validation("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES");
        if (Select == "ALL_PROJECTED_ATTRIBUTES" && IndexName is null)
            throw DynamoDbException.Validation("One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
    }

    /// <summary>No table of the testbed has one.</summary>
    public void CheckIndex()
    {
        if (IndexName is not null) throw DynamoDbException.Validation($"The table does not have the specified index: {IndexName}");
    }
}

/// <summary>Reads one page of a Query or a Scan: up to Limit items or 1 MB, both counted before the filter.</summary>
internal static class PageReader
{
    private const int LargestPage = 1024 * 1024;

    public static void Write(Utf8JsonWriter answer, Table table, ReadRequest request, IEnumerable<StoredItem> items)
    {
        var count = 0;
        var scanned = 0;
        long size = 0;
        IReadOnlyDictionary<string, AttributeValue>? last = null;

        if (!request.CountOnly) answer.WriteStartArray("Items");
        foreach (var item in items)
        {
            scanned++;
            size += item.Size;
            if (request.Filter is null || request.Filter.Condition.Matches(item.Attributes))
            {
                count++;
                if (!request.CountOnly) AttributeWriter.Write(answer, request.Projection?.Apply(item.Attributes) ?? item.Attributes);
            }

            if (scanned < (request.Limit ?? long.MaxValue) && size < LargestPage) continue;
            last = item.Attributes;
            break;
        }

        if (!request.CountOnly) answer.WriteEndArray();
        answer.WriteNumber("Count", count);
        answer.WriteNumber("ScannedCount", scanned);
        if (last is not null) AttributeWriter.Write(answer, "LastEvaluatedKey", ItemKeys.Pick(table.Definition, last));
        ConsumedCapacity.Write(answer, request.ConsumedCapacity, table.Definition.Name, ConsumedCapacity.OfRead(size, request.Consistent));
    }
}
