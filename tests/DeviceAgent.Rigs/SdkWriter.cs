using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;

namespace DeviceAgent.Rigs;

/// <summary>
/// A program with the AWS SDK for .NET that knows nothing of the agent: <c>write-items TABLE SERIAL STOPFILE</c> puts items until the
/// file is there, and prints how many.
/// </summary>
internal static class SdkWriter
{
    public const string CommandName = "write-items";

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(string[] arguments)
    {
        var (table, serial, stopFile) = (arguments[1], arguments[2], arguments[3]);
        using var client = new AmazonDynamoDBClient();
        using var timer = new PeriodicTimer(_pause);
        var count = 0;
        do
        {
            await PutAsync(client, new PutItemRequest
            {
                TableName = table,
                Item = new() { ["serial_number"] = new(serial), ["timestamp"] = new($"{count++:000000}") },
            });
        }
        while (!File.Exists(stopFile) && await timer.WaitForNextTickAsync());
        Console.WriteLine(count);
        return 0;
    }

    /// <summary>The SDK reads its credentials twice for one request: where a new set comes between the two, it is refused, and repeated once (docs/local-credentials.md). So is one whose set of seconds lapsed on a busy machine.</summary>
    private static async Task PutAsync(AmazonDynamoDBClient client, PutItemRequest request)
    {
        try
        {
            await client.PutItemAsync(request);
        }
        catch (AmazonDynamoDBException e) when (e.ErrorCode is "UnrecognizedClientException" or "InvalidSignatureException" or "ExpiredTokenException")
        {
            await client.PutItemAsync(request);
        }
    }
}
