using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Testbed.Demo;

/// <summary>Counts the rows of the things' tables for the live view and the page. Costs the same however many rows there are.</summary>
/// <param name="own">The counts that the testbed's own tables keep; null when the tables are on another server.</param>
/// <param name="dynamoDb">Asks the other server.</param>
internal sealed class RowCounts(Func<IReadOnlyDictionary<string, long>?> own, IAmazonDynamoDB dynamoDb)
{
    private readonly Dictionary<string, (string Newest, long Rows)> _counted = [];

    public async Task UpdateAsync(IEnumerable<ShownThing> things, CancellationToken cancellationToken)
    {
        var counts = own();
        foreach (var thing in things) thing.NoteRows(counts is null ? await CountAsync(thing.Name, cancellationToken) : counts.GetValueOrDefault(thing.Name));
    }

    /// <summary>0 for a thing without a table, or with one of other keys.</summary>
    private async Task<long> CountAsync(string thing, CancellationToken cancellationToken)
    {
        try
        {
            return await CountNewerAsync(thing, cancellationToken);
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode is "ResourceNotFoundException" or "ValidationException")
        {
            return 0;
        }
    }

    /// <summary>
    /// Other implementations update a table's own count only now and then, or never. So the rows that are newer than the newest one of the last
    /// time are counted; one that lands behind it is missed until the next start.
    /// </summary>
    public async Task<long> CountNewerAsync(string thing, CancellationToken cancellationToken)
    {
        var (after, rows) = _counted.GetValueOrDefault(thing, ("", 0));
        var request = new QueryRequest
        {
            TableName = thing,
            KeyConditionExpression = "serial_number = :thing AND #time > :after",
            ExpressionAttributeNames = new Dictionary<string, string> { ["#time"] = "timestamp" },
            ExpressionAttributeValues = new Dictionary<string, AttributeValue> { [":thing"] = new(thing), [":after"] = new(after.Length == 0 ? " " : after) },
            ProjectionExpression = "#time",
            ConsistentRead = true,
        };
        do
        {
            var page = await dynamoDb.QueryAsync(request, cancellationToken);
            rows += page.Count ?? 0;
            if (page.Items is { Count: > 0 } items) after = items[^1]["timestamp"].S;
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
        _counted[thing] = (after, rows);
        return rows;
    }
}
