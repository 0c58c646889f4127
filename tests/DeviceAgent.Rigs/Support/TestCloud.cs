using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Support;

/// <summary>The testbed's cloud in this process, on free ports, in a temporary folder.</summary>
internal sealed class TestCloud : IAsyncDisposable
{
    /// <summary>The device that is made unless a test asks for another.</summary>
    public const string Thing = "thermostat-01";

    /// <summary>AWS CLI honours AWS_ENDPOINT_URL_SERVICE from 2.13 on; this makes older ones (Debian's) honour it too.</summary>
    private const string AwsCli =
        """aws() { local door=${1//-/_}; [[ $1 != *-data ]] || door+=_plane; door=AWS_ENDPOINT_URL_${door^^}; command aws --endpoint-url "${!door}" "$@"; }""";

    private readonly DirectoryInfo _directory;

    private TestCloud(DirectoryInfo directory, Cloud cloud)
    {
        _directory = directory;
        Cloud = cloud;
        DynamoDb = cloud.CreateOperatorDynamoDb();
        EnvironmentFile.Write(directory.FullName, cloud);
    }

    public Cloud Cloud { get; private set; }

    /// <summary>The operator's client, through the DynamoDB listener like any other.</summary>
    public IAmazonDynamoDB DynamoDb { get; private set; }

    public string Directory => _directory.FullName;

    public static async Task<TestCloud> StartAsync(TestbedOptions? options = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("device-agent-test-");
        return new TestCloud(directory, await Cloud.StartAsync((options ?? new TestbedOptions()) with { PortBase = 0 }, directory.FullName, CancellationToken.None));
    }

    /// <summary>A provisioned thing with its table; returns the path of its configuration.</summary>
    public async Task<string> DeviceAsync(string thing = Thing)
    {
        await using var device = await DemoDevice.PrepareAsync(thing, Cloud, new TestbedOptions().ReadingsPerSecond, DynamoDb, CancellationToken.None);
        var folder = DeviceFolder.PathOf(Directory, thing);

        // As the package does: a command of root's would ask whose it is to be.
        System.IO.Directory.CreateDirectory(Path.Combine(folder, "state"));
        return Path.Combine(folder, "agent.json");
    }

    /// <summary>Runs a shell script as the operator would: with <c>env.sh</c> sourced, and <c>aws</c> of any version.</summary>
    public Task<CommandResult> ShellAsync(string script, string? folder = null) =>
        Command.RunAsync("bash", ["-euo", "pipefail", "-c", $". '{Directory}/{EnvironmentFile.Name}'\n{AwsCli}\n{script}"], folder: folder, patience: TimeSpan.FromMinutes(5));

    /// <summary>Every item of a table, in key order.</summary>
    public async Task<IReadOnlyList<Dictionary<string, AttributeValue>>> ItemsAsync(string table) => await ItemsAsync(DynamoDb, table);

    public static async Task<IReadOnlyList<Dictionary<string, AttributeValue>>> ItemsAsync(IAmazonDynamoDB dynamoDb, string table)
    {
        var items = new List<Dictionary<string, AttributeValue>>();
        var request = new ScanRequest(table) { ConsistentRead = true };
        do
        {
            var page = await dynamoDb.ScanAsync(request);
            items.AddRange(page.Items ?? []);
            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });
        return [.. items.OrderBy(i => i["serial_number"].S, StringComparer.Ordinal).ThenBy(i => i["timestamp"].S, StringComparer.Ordinal)];
    }

    /// <summary>Waits until the table holds so many items.</summary>
    public Task WaitForRowsAsync(string table, int rows, RunningAgent agent) => WaitForRowsAsync(DynamoDb, table, rows, agent);

    public static async Task WaitForRowsAsync(IAmazonDynamoDB dynamoDb, string table, int rows, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        long seen = 0;
        try
        {
            while (true)
            {
                seen = (await dynamoDb.ScanAsync(new ScanRequest(table) { Select = Select.COUNT, ConsistentRead = true }, timeout.Token)).Count ?? 0;
                if (seen >= rows) return;
                await poll.WaitForNextTickAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{seen} of {rows} rows landed in {table}; the agent said:\n{agent.Output}");
        }
    }

    /// <summary>Waits until the thing has ended the job; what the AWS CLI then says about the execution.</summary>
    public async Task<string> WaitForJobAsync(string job, string thing, RunningAgent agent)
    {
        await UntilAsync(() => Cloud.Jobs.Control.ExecutionsOfThing(thing).Any(e => e.JobId == job && e.IsTerminal), () => $"job {job} did not end", agent);
        return (await ShellAsync($"aws iot describe-job-execution --job-id {job} --thing-name {thing} --query execution")).Succeeded();
    }

    /// <summary>Waits for a state of the cloud. It is asked here: whoever polls with the AWS CLI keeps a processor busy with starting it.</summary>
    public static async Task UntilAsync(Func<bool> isSo, Func<string> otherwise, RunningAgent agent)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        try
        {
            while (!isSo()) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{otherwise()}\nand the agent said:\n{agent.Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        DynamoDb.Dispose();
        await Cloud.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
