using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Testbed.Web;

/// <summary>The newest readings in the table of a thing.</summary>
/// <param name="dynamoDb">Goes through the DynamoDB listener, so only once that is open.</param>
internal sealed class RecentReadings(Lazy<IAmazonDynamoDB> dynamoDb)
{
    /// <summary>In the order of their timestamps; none when the thing has no table.</summary>
    public async Task<IReadOnlyList<ShownReading>> NewestAsync(string thing, int count, CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = thing,
            KeyConditionExpression = "serial_number = :thing",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue> { [":thing"] = new(thing) },
            ScanIndexForward = false,
            Limit = count,
        };
        try
        {
            var page = await dynamoDb.Value.QueryAsync(request, cancellationToken);
            return [.. (page.Items ?? []).Select(Read).Reverse()];
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode is "ResourceNotFoundException" or "ValidationException")
        {
            return [];
        }
    }

    private static ShownReading Read(Dictionary<string, AttributeValue> item) =>
        new(item["timestamp"].S, item.Where(a => a.Value.N is not null).ToDictionary(a => a.Key, a => double.Parse(a.Value.N, NumberStyles.Float, CultureInfo.InvariantCulture)));
}

/// <summary>One reading on the page.</summary>
/// <param name="Timestamp">As it stands in the table.</param>
/// <param name="Values">Its numbers by their names.</param>
internal sealed record ShownReading(string Timestamp, IReadOnlyDictionary<string, double> Values);
