using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Testbed.Demo;

/// <summary>The table named as the thing: partition key <c>serial_number</c>, sort key <c>timestamp</c>, both strings.</summary>
internal static class TelemetryTable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes the table unless it exists, and waits until it is active.</summary>
    public static async Task EnsureAsync(IAmazonDynamoDB dynamoDb, string name, CancellationToken cancellationToken)
    {
        try
        {
            await dynamoDb.CreateTableAsync(
                new CreateTableRequest
                {
                    TableName = name,
                    BillingMode = BillingMode.PAY_PER_REQUEST,
                    AttributeDefinitions = [new("serial_number", ScalarAttributeType.S), new("timestamp", ScalarAttributeType.S)],
                    KeySchema = [new("serial_number", KeyType.HASH), new("timestamp", KeyType.RANGE)],
                },
                cancellationToken);
        }
        catch (ResourceInUseException)
        {
            // It was made by an earlier run.
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        using var timer = new PeriodicTimer(Poll);
        while ((await dynamoDb.DescribeTableAsync(new DescribeTableRequest(name), timeout.Token)).Table.TableStatus != TableStatus.ACTIVE)
            await timer.WaitForNextTickAsync(timeout.Token);
    }

    /// <summary>The newest timestamp in it; null when it has none that is a time.</summary>
    public static async Task<DateTime?> NewestAsync(IAmazonDynamoDB dynamoDb, string name, CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = name,
            KeyConditionExpression = "serial_number = :thing",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue> { [":thing"] = new(name) },
            ScanIndexForward = false,
            Limit = 1,
            ConsistentRead = true,
        };
        var page = await dynamoDb.QueryAsync(request, cancellationToken);
        return page.Items is [var newest, ..] && TryParse(newest["timestamp"].S, out var timestamp) ? timestamp : null;
    }

    /// <summary>A timestamp as the agent writes it.</summary>
    public static bool TryParse(string timestamp, out DateTime time) => DateTime.TryParse(timestamp, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out time);
}
