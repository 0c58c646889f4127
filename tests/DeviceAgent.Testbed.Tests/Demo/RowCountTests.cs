using Amazon.DynamoDBv2;
using Amazon.Runtime;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Tests.DynamoDb;

namespace DeviceAgent.Testbed.Tests.Demo;

/// <summary>Counting on another server, which keeps no count of its own that is worth showing.</summary>
public sealed class RowCountTests : IAsyncLifetime, IDisposable
{
    private readonly EngineFixture _engine = new();
    private DynamoDbApiWorld _world = null!;
    private AmazonDynamoDBClient _client = null!;

    public async Task InitializeAsync()
    {
        _engine.Ok("CreateTable", """
            {"TableName":"boiler-07","BillingMode":"PAY_PER_REQUEST",
             "AttributeDefinitions":[{"AttributeName":"serial_number","AttributeType":"S"},{"AttributeName":"timestamp","AttributeType":"S"}],
             "KeySchema":[{"AttributeName":"serial_number","KeyType":"HASH"},{"AttributeName":"timestamp","KeyType":"RANGE"}]}
            """);
        _engine.Time.Advance(TimeSpan.FromSeconds(1));
        _world = await DynamoDbApiWorld.StartAsync(TimeProvider.System, new EmbeddedBackend(_engine.Engine.Execute));
        var operatorKey = _world.World.Operator;
        _client = new AmazonDynamoDBClient(new BasicAWSCredentials(operatorKey.AccessKeyId, operatorKey.SecretAccessKey),
            new AmazonDynamoDBConfig { ServiceURL = _world.Server.Address.ToString(), AuthenticationRegion = "us-east-1" });
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    public void Dispose()
    {
        _client.Dispose();
        _engine.Dispose();
    }

    [Fact]
    public async Task CountNewer_RowsCome_CountsThemAndReadsNoneTwice()
    {
        var counts = new RowCounts(() => null, _client);
        Assert.Equal(0, await counts.CountNewerAsync("boiler-07", CancellationToken.None));
        Fill(0, 30);
        Assert.Equal(30, await counts.CountNewerAsync("boiler-07", CancellationToken.None));
        _engine.Ok("BatchWriteItem", """{"RequestItems":{"boiler-07":[{"DeleteRequest":{"Key":{"serial_number":{"S":"boiler-07"},"timestamp":{"S":"2026-01-01 00:00"}}}}]}}""");
        Fill(30, 35);
        Assert.Equal(35, await counts.CountNewerAsync("boiler-07", CancellationToken.None));
        Assert.Equal(35, await counts.CountNewerAsync("boiler-07", CancellationToken.None));
    }

    [Fact]
    public async Task CountNewer_NewCounter_CountsWhatIsThere()
    {
        Fill(0, 12);
        Assert.Equal(12, await new RowCounts(() => null, _client).CountNewerAsync("boiler-07", CancellationToken.None));
    }

    private void Fill(int from, int to)
    {
        for (var minute = from; minute < to; minute++)
            _engine.Put($$$"""{"serial_number":{"S":"boiler-07"},"timestamp":{"S":"2026-01-01 00:{{{minute:00}}}"}}""", "boiler-07");
    }
}
