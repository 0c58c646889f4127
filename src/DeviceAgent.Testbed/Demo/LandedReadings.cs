using System.Globalization;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Testbed.Demo;

/// <summary>What is in one thing's table, compared with the recording.</summary>
/// <param name="Rows">Items in the table.</param>
/// <param name="Faults">Items that differ from their line, or lines that were left out; empty when all is well.</param>
internal sealed record LandedReadings(long Rows, IReadOnlyList<string> Faults)
{
    private const int MaxFaults = 5;

    public static async Task<LandedReadings> CompareAsync(IAmazonDynamoDB dynamoDb, string thing, RoomReadings readings, CancellationToken cancellationToken)
    {
        var request = new QueryRequest
        {
            TableName = thing,
            KeyConditionExpression = "serial_number = :thing",
            ExpressionAttributeValues = new Dictionary<string, AttributeValue> { [":thing"] = new(thing) },
            ConsistentRead = true,
        };
        long rows = 0;
        var faults = new List<string>();
        do
        {
            var page = await dynamoDb.QueryAsync(request, cancellationToken);
            foreach (var item in page.Items ?? [])
            {
                if (Fault(item, rows, readings) is { } fault && faults.Count < MaxFaults) faults.Add(fault);
                rows++;
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
        return new LandedReadings(rows, faults);
    }

    /// <summary>The recording is replayed in order, so row n of the table must be line n of the file.</summary>
    private static string? Fault(Dictionary<string, AttributeValue> item, long row, RoomReadings readings)
    {
        var timestamp = item["timestamp"].S;
        if (!TelemetryTable.TryParse(timestamp, out var time) || readings.Line(time) is not { } line)
            return $"row {row}: no line of the recording has the timestamp '{timestamp}'";
        if (line.Number != row) return $"row {row}: '{timestamp}' is reading {line.Number} of the recording; one is missing or twice";
        var values = item.Where(a => a.Key is not ("serial_number" or "timestamp")).ToDictionary(a => a.Key, a => a.Value.N);
        if (values.Count != line.Values.Count) return $"row {row}: {values.Count} attributes instead of {line.Values.Count}";
        foreach (var (name, expected) in line.Values)
        {
            if (!values.TryGetValue(name, out var text) || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var stored) || stored != expected)
                return $"row {row}: {name} is '{text}' instead of {expected}";
        }

        return null;
    }
}

/// <summary>Rows a second over the last <see cref="Window"/>.</summary>
internal sealed class RowRate(TimeProvider time)
{
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Queue<(long At, long Rows)> _samples = [];

    public double Sample(long rows)
    {
        var now = time.GetTimestamp();
        _samples.Enqueue((now, rows));
        while (_samples.Count > 2 && time.GetElapsedTime(_samples.Peek().At, now) > Window) _samples.Dequeue();
        var (since, before) = _samples.Peek();
        var seconds = time.GetElapsedTime(since, now).TotalSeconds;
        return seconds > 0 ? (rows - before) / seconds : 0;
    }
}
