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

    /// <summary>The windows of real readings, as they are worked out here from the same lines.</summary>
    [Fact]
    public async Task Agent_ReplayWithReduction_WritesTheWindowsOfTheReadings()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var lines = File.ReadLines(RoomReadings.Path).Take(Lines + 1).ToList();
        await File.WriteAllLinesAsync(Path.Combine(Path.GetDirectoryName(configuration)!, "first-lines.csv"), lines);

        await using var agent = RunningAgent.Run(
            configuration, "source.file=first-lines.csv", "source.speed=0", "source.repeat=false", "upload.maxDelaySeconds=1",
            "reduction.everySeconds=900", "reduction.functions=min,mean,max,last,count", "reduction.attributes.Occupancy.everySeconds=0", "reduction.attributes.Occupancy.onChange=true");
        Assert.Equal(0, await agent.WaitForExitAsync());

        var items = (await cloud.ItemsAsync("thermostat-01")).ToDictionary(i => i["timestamp"].S);
        var columns = lines[0].Replace("\"", "", StringComparison.Ordinal).Split(',')[1..];
        var readings = lines.Skip(1).Select(l => l.Replace("\"", "", StringComparison.Ordinal).Split(',')[1..])
            .Select(f => (Time: DateTimeOffset.Parse(f[0] + "Z"), Values: f[1..])).ToList();
        var windows = readings.GroupBy(r => r.Time.AddTicks(-(r.Time.UtcTicks % TimeSpan.FromMinutes(15).Ticks)).AddMinutes(15)).ToList();
        Assert.InRange(windows.Count, 5, 8);
        foreach (var window in windows)
        {
            var item = items[$"{window.Key.AddMinutes(-1):yyyy-MM-ddTHH:mm}:59.999999Z"];
            for (var column = 0; column < columns.Length; column++)
            {
                if (columns[column] == "Occupancy") continue;
                var values = window.Select(r => decimal.Parse(r.Values[column])).ToList();
                var places = window.Max(r => (r.Values[column] + ".").Split('.')[1].Length);
                Assert.Equal(values.Min(), decimal.Parse(item[$"{columns[column]}_min"].N));
                Assert.Equal(values.Max(), decimal.Parse(item[$"{columns[column]}_max"].N));
                Assert.Equal(values[^1], decimal.Parse(item[$"{columns[column]}_last"].N));
                Assert.Equal(Math.Round(values.Sum() / values.Count, places + 2), decimal.Parse(item[$"{columns[column]}_mean"].N));
                Assert.Equal(values.Count, int.Parse(item[$"{columns[column]}_count"].N));
            }
        }

        var changes = readings.Where((r, i) => i == 0 || r.Values[^1] != readings[i - 1].Values[^1]).ToList();
        Assert.Equal(windows.Count + changes.Count, items.Count);
        foreach (var change in changes) Assert.Equal(change.Values[^1], items[$"{change.Time:yyyy-MM-ddTHH:mm:ss.fff}Z"]["Occupancy"].N);
    }

    [Fact]
    public async Task Agent_StandardInput_UploadsEveryLineAndSaysWhichItSkipped()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        await using var agent = RunningAgent.Run(configuration, "source.kind=stdin");
        await agent.Input.WriteLineAsync("""{"timestamp":"2026-03-01T12:00:00.000Z","temperature":21.5,"door":"open","heating":true,"nothing":null,"levels":[1,2],"where":{"floor":3}}""");
        await agent.Input.WriteLineAsync("not JSON");
        await agent.Input.WriteLineAsync("""{"temperature":0.1000000000000000055511151231257827}""");
        agent.Input.Close();

        Assert.Equal(65, await agent.WaitForExitAsync());
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
        Assert.Contains("line 2: not JSON", agent.Output);
        Assert.Contains("Skipped of the input: 1 line (2)", agent.Output);
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
        Assert.Contains("Source: the readings are made up", agent.Output);
        foreach (var item in await cloud.ItemsAsync("thermostat-01"))
        {
            Assert.InRange(decimal.Parse(item["temperature"].N), -30, 60);
            Assert.InRange(decimal.Parse(item["humidity"].N), 0, 100);
            Assert.NotNull(item["target"].N);
            Assert.NotNull(item["heating"].BOOL);
            Assert.True(item["simulated"].BOOL);
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
