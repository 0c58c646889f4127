using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb.Expressions;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.Testbed.DynamoDb.Values;
using DeviceAgent.Testbed.DynamoDb.Wire;

namespace DeviceAgent.Testbed.DynamoDb.Operations;

internal sealed class QueryOperation(TableCatalog tables, ItemRows items) : IOperation
{
    public IReadOnlyList<DynamoDbAccess> Accesses(JsonElement request)
    {
        var query = QueryRequest.Read(request);
        var name = query.Common.TableName!;
        var key = tables.Find(name)?.Definition.PartitionKey.Name;
        IReadOnlyList<string> leading = key is not null && query.Keys.TryGetValue(key, out var condition) ? [condition.Values[0].ToPlainText()] : [];
        return [new DynamoDbAccess("dynamodb:Query", name, leading)];
    }

    public void Execute(JsonElement request, Utf8JsonWriter answer)
    {
        var query = QueryRequest.Read(request);
        var table = tables.Active(query.Common.TableName!);
        var definition = table.Definition;
        query.Common.CheckIndex();
        var start = ReadStart(definition, query.Common);
        CheckKeys(definition, query);
        var partition = query.Keys[definition.PartitionKey.Name].Values[0];
        var sort = definition.SortKey is { } key ? query.Keys.GetValueOrDefault(key.Name) : null;
        var range = new ItemRange
        {
            Partition = ItemKey.PartitionOf(partition),
            Sort = sort is null ? null : new KeyRange(sort),
            After = start,
            Descending = query.Descending,
        };
        if (query.Common.StartKey is { } startKey) CheckStart(definition, startKey, partition, sort);
        KeyPaths.Check(definition, query.Common.Projection?.Paths);
        CheckFilter(definition, query.Common.Filter);
        PageReader.Write(answer, table, query.Common, items.Read(table, range));
    }

    private static void CheckKeys(TableDefinition table, QueryRequest query)
    {
        foreach (var key in table.Keys)
        {
            var isPartition = key == table.PartitionKey;
            if (isPartition && table.SortKey is null && query.Keys.Count > 1) throw NotSupported();
            if (!query.Keys.TryGetValue(key.Name, out var condition))
            {
                if (isPartition || query.Keys.Count > 1) throw DynamoDbException.Validation($"Query condition missed key schema element: {key.Name}");
                continue;
            }

            if (condition.Values.Any(v => v.Type != key.Type))
                throw DynamoDbException.Validation("One or more parameter values were invalid: Condition parameter type does not match schema type");
            if (isPartition && condition.Operator != "=") throw NotSupported();
            foreach (var value in condition.Values) ItemKeys.CheckContent(table, key, value);
        }
    }

    private static ItemKey? ReadStart(TableDefinition table, ReadRequest request)
    {
        if (request.StartKey is not { } startKey) return null;
        if (startKey.Count != table.Keys.Count() || table.Keys.Any(k => !startKey.ContainsKey(k.Name)))
            throw DynamoDbException.Validation("The provided starting key is invalid");
        return ItemKeys.OfKey(table, startKey);
    }

    /// <summary>A page can only start inside what the query selects.</summary>
    private static void CheckStart(TableDefinition table, IReadOnlyDictionary<string, AttributeValue> startKey, AttributeValue partition, KeyCondition? sort)
    {
        var samePartition = AttributeComparer.Instance.Equals(startKey[table.PartitionKey.Name], partition);
        var problem = sort is null
            ? samePartition ? null : "The provided starting key is outside query boundaries based on provided conditions"
            : !sort.Matches(startKey[table.SortKey!.Name]) ? "The provided starting key does not match the range key predicate"
            : samePartition ? null : "The query can return at most one row and cannot be restarted";
        if (problem is not null) throw DynamoDbException.Validation(problem);
    }

    private static void CheckFilter(TableDefinition table, ConditionExpression? filter)
    {
        var heads = (filter?.Paths ?? []).Select(p => p.Head).ToHashSet();
        if (table.Keys.FirstOrDefault(k => heads.Contains(k.Name)) is { } key)
            throw DynamoDbException.Validation($"Filter Expression can only contain non-primary key attributes: Primary key attribute: {key.Name}");
    }

    private static DynamoDbException NotSupported() => DynamoDbException.Validation("Query key condition not supported");
}

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
