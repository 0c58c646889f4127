using System.Diagnostics;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests;

/// <summary>The agent as a process: from a file or a pipe into the table.</summary>
public sealed class UploadTests
{
    private const int Lines = 80;

    [Fact]
    public async Task Agent_AgainstDynaliteAndEmbeddedTables_WritesTheSameItems()
    {
        await using var dynalite = await Dynalite.StartAsync();
        using var dynaliteClient = new AmazonDynamoDBClient(new BasicAWSCredentials("any", "any"), new AmazonDynamoDBConfig { ServiceURL = dynalite.Url.ToString(), AuthenticationRegion = CloudAccount.Region });
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        await TelemetryTable.EnsureAsync(dynaliteClient, "thermostat-01", CancellationToken.None);

        await ReplayAsync(cloud.DynamoDb, configuration, "stateDirectory=state-embedded");
        await ReplayAsync(dynaliteClient, configuration, "stateDirectory=state-dynalite", $"dynamoDbEndpoint={dynalite.Url}");

        var embedded = await cloud.ItemsAsync("thermostat-01");
        var other = await TestCloud.ItemsAsync(dynaliteClient, "thermostat-01");
        Assert.Equal(Lines, embedded.Count);
        Assert.Equal(embedded.Select(Text), other.Select(Text));
    }

    [Fact]
    public async Task Agent_ThroughTheTestbedIntoDynalite_WritesTheItems()
    {
        await using var dynalite = await Dynalite.StartAsync();
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { DynamoDbUrl = dynalite.Url });
        var configuration = await cloud.DeviceAsync();

        await ReplayAsync(cloud.DynamoDb, configuration);

        using var client = new AmazonDynamoDBClient(new BasicAWSCredentials("any", "any"), new AmazonDynamoDBConfig { ServiceURL = dynalite.Url.ToString(), AuthenticationRegion = CloudAccount.Region });
        Assert.Equal(Lines, (await TestCloud.ItemsAsync(client, "thermostat-01")).Count);
    }

    [Fact]
    public async Task Agent_StandardInput_UploadsEveryLineAndEndsWithZero()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        await using var agent = RunningAgent.Run(configuration, "source.kind=stdin");
        await agent.Input.WriteLineAsync("""{"timestamp":"2026-03-01T12:00:00.000Z","temperature":21.5,"door":"open","heating":true,"nothing":null,"levels":[1,2],"where":{"floor":3}}""");
        await agent.Input.WriteLineAsync("not JSON");
        await agent.Input.WriteLineAsync("""{"temperature":0.1000000000000000055511151231257827}""");
        agent.Input.Close();

        Assert.Equal(0, await agent.WaitForExitAsync());
        var items = await cloud.ItemsAsync("thermostat-01");
        Assert.Equal(2, items.Count);
        var first = items[0];
        Assert.Equal("2026-03-01T12:00:00.000Z", first["timestamp"].S);
        Assert.Equal("21.5", first["temperature"].N);
        Assert.Equal("open", first["door"].S);
        Assert.True(first["heating"].BOOL);
        Assert.True(first["nothing"].NULL);
        Assert.Equal(["1", "2"], first["levels"].L.Select(l => l.N));
        Assert.Equal("3", first["where"].M["floor"].N);
        Assert.Equal("0.1000000000000000055511151231257827", items[1]["temperature"].N);
        Assert.Contains("Line 2 of the input was refused", agent.Output);
    }

    [Fact]
    public async Task Agent_Simulated_UploadsAThermostatsReadingsWithTtlAndStaticAttributes()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        await using var agent = RunningAgent.Run(
            configuration, "source.kind=simulated", "source.intervalSeconds=0.1", "upload.maxDelaySeconds=1", "ttl.attribute=expires_at", "ttl.days=30", "attributes.site=plant-3");
        await cloud.WaitForRowsAsync("thermostat-01", 5, agent);

        Assert.Equal(0, await agent.TerminateAsync());
        foreach (var item in await cloud.ItemsAsync("thermostat-01"))
        {
            Assert.InRange(decimal.Parse(item["temperature"].N), -30, 60);
            Assert.InRange(decimal.Parse(item["humidity"].N), 0, 100);
            Assert.NotNull(item["target"].N);
            Assert.NotNull(item["heating"].BOOL);
            Assert.Equal("plant-3", item["site"].S);
            var expires = DateTimeOffset.FromUnixTimeSeconds(long.Parse(item["expires_at"].N));
            Assert.InRange((expires - DateTimeOffset.Parse(item["timestamp"].S)).TotalDays, 29.99, 30.01);
        }
    }

    [Fact]
    public async Task Agent_TerminatedWhileTheNetworkHangs_EndsWithZeroWithin10SecondsAndLosesNothing()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        using var hole = new BlackHole();
        var settings = new[] { "source.kind=simulated", "source.intervalSeconds=0.1", "upload.maxDelaySeconds=1" };
        await using (var agent = RunningAgent.Run(configuration, [.. settings, $"dynamoDbEndpoint={hole.Url}"]))
        {
            await hole.WaitForConnectionAsync();

            var watch = Stopwatch.StartNew();
            Assert.Equal(0, await agent.TerminateAsync());

            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        }

        await using var second = RunningAgent.Run(configuration, settings);
        await cloud.WaitForRowsAsync("thermostat-01", 10, second);
    }

    /// <summary>Replays the first lines of the recording as fast as possible; then the agent ends by itself.</summary>
    private static async Task ReplayAsync(IAmazonDynamoDB dynamoDb, string configuration, params string[] settings)
    {
        var file = Path.Combine(Path.GetDirectoryName(configuration)!, "first-lines.csv");
        await File.WriteAllLinesAsync(file, File.ReadLines(RoomReadings.Path).Take(Lines + 1));
        await using var agent = RunningAgent.Run(configuration, ["source.file=first-lines.csv", "source.speed=0", "source.repeat=false", "upload.maxDelaySeconds=1", .. settings]);
        await TestCloud.WaitForRowsAsync(dynamoDb, "thermostat-01", Lines, agent);
        Assert.Equal(0, await agent.WaitForExitAsync());
    }

    private static string Text(Dictionary<string, AttributeValue> item) =>
        string.Join(", ", item.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => $"{a.Key}={a.Value.S ?? a.Value.N}"));
}
