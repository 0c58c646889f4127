// A peer of scripts/benchmark.sh: readings to DynamoDB with the AWS SDK for .NET, as one writes it in an afternoon.
// DotNetLoop write FILE BATCH (FILE is NDJSON, - for standard input) | fetch TIMES
// Credentials come from the IoT credentials provider where CREDENTIALS_URL is set, otherwise from the SDK's own chain.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using DotNetLoop;

var thing = Environment.GetEnvironmentVariable("THING_NAME")!;
var table = Environment.GetEnvironmentVariable("TABLE")!;

if (args[0] == "fetch")
{
    for (var n = 0; n < int.Parse(args[1], CultureInfo.InvariantCulture); n++)
    {
        var begun = Stopwatch.GetTimestamp();
        await IotCredentials.FetchAsync();
        Console.WriteLine(Stopwatch.GetElapsedTime(begun).TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture));
    }

    return;
}

var batchSize = int.Parse(args[2], CultureInfo.InvariantCulture);
using var client = Environment.GetEnvironmentVariable("CREDENTIALS_URL") is null ? new AmazonDynamoDBClient() : new AmazonDynamoDBClient(new IotCredentials());
using var input = args[1] == "-" ? Console.In : new StreamReader(args[1]);
var batch = new List<WriteRequest>();
while (await input.ReadLineAsync() is { } line)
{
    if (batchSize == 1)
    {
        await client.PutItemAsync(table, Item(line));
        continue;
    }

    batch.Add(new WriteRequest(new PutRequest(Item(line))));
    if (batch.Count == batchSize) await SendAsync();
}

if (batch.Count > 0) await SendAsync();

async Task SendAsync()
{
    var left = new Dictionary<string, List<WriteRequest>> { [table] = batch };
    while (left is { Count: > 0 }) left = (await client.BatchWriteItemAsync(left)).UnprocessedItems;
    batch.Clear();
}

Dictionary<string, AttributeValue> Item(string line)
{
    using var reading = JsonDocument.Parse(line);
    var item = new Dictionary<string, AttributeValue> { ["serial_number"] = new(thing) };
    foreach (var attribute in reading.RootElement.EnumerateObject())
    {
        item[attribute.Name] = attribute.Value.ValueKind switch
        {
            JsonValueKind.Number => new AttributeValue { N = attribute.Value.GetRawText() },
            JsonValueKind.True or JsonValueKind.False => new AttributeValue { BOOL = attribute.Value.GetBoolean() },
            _ => new AttributeValue(attribute.Value.GetString()),
        };
    }

    return item;
}
