using DeviceAgent.Rigs;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.LocalCredentials;

/// <summary>
/// Programs with AWS's own SDKs, unmodified, that have no credentials but the agent's: they write to the table while these are renewed
/// under them. A life of some seconds is always within the SDKs' own windows: they ask again and again.
/// </summary>
/// <remarks>
/// The AWS SDK for .NET signs each request with two reads of its credentials, one for the token and one for the key. From the container endpoint and the process it asks
/// anew for each of them in the last minute of a life, so that with a life of seconds a renewal falls between them every now and then. With AWS's shortest life of 15
/// minutes it asks in the background, once for each request, which leaves a gap of microseconds, and of a time slice on a busy machine: docs/local-credentials.md has the figures.
/// </remarks>
public sealed class SdkTests
{
    private const string Container = "container";
    private const string Imds = "imds";
    private const string Process = "process";

    /// <summary>How many each way must have handed out.</summary>
    private const int Sets = 3;

    private static readonly TimeSpan _lifetime = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan _shortestOfAws = TimeSpan.FromMinutes(15);

    [Fact]
    public Task JavaScriptSdk_EachWay_WritesOnWhileCredentialsAreRenewed() => WriteAsync(
        [Container, Imds, Process], _lifetime, (serial, stop) => ("node", [Repository.File("tests", "node", "write-items.mjs"), CredentialsRig.Thing, serial, stop]));

    [Fact]
    public Task AwsCli_EachWay_WritesOnWhileCredentialsAreRenewed() => WriteAsync(
        [Container, Imds, Process],
        _lifetime,
        (serial, stop) => ("bash",
        [
            "-euc",
            """
            # AWS CLI 2.9 knows the token only, not its file.
            [ -z "${AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE:-}" ] || export AWS_CONTAINER_AUTHORIZATION_TOKEN="$(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")"
            count=0
            until [ -e "$2" ]; do
              aws --endpoint-url $AWS_ENDPOINT_URL_DYNAMODB dynamodb put-item --table-name "$0" --item "{\"serial_number\":{\"S\":\"$1\"},\"timestamp\":{\"S\":\"$(printf %06d $count)\"}}"
              count=$((count + 1))
            done
            echo $count
            """,
            CredentialsRig.Thing, serial, stop,
        ]));

    [Fact]
    public Task DotNetSdk_Imds_WritesOnWhileCredentialsAreRenewed() => WriteAsync([Imds], _lifetime, DotNet, mixesSets: true);

    [Fact]
    public Task DotNetSdk_ContainerAndProcess_WritesOnWhileCredentialsAreRenewed() => WriteAsync([Container, Process], _shortestOfAws, DotNet, mixesSets: true);

    private static (string, string[]) DotNet(string serial, string stop) =>
        ("dotnet", ["exec", typeof(SdkWriter).Assembly.Location, SdkWriter.CommandName, CredentialsRig.Thing, serial, stop]);

    private static async Task WriteAsync(string[] ways, TimeSpan lifetime, Func<string, string, (string Program, string[] Arguments)> writer, bool mixesSets = false)
    {
        await using var rig = await CredentialsRig.StartAsync(lifetime, "credentials.imds=true");
        var environments = await EnvironmentsAsync(rig);
        var stop = Path.Combine(rig.Folder, "stop");
        var running = ways.ToDictionary(way => way, way =>
        {
            var (program, arguments) = writer(way, stop);
            return Command.RunAsync(program, arguments, environments[way], patience: TimeSpan.FromMinutes(2));
        });

        for (var sets = 1; sets <= Sets; sets++)
        {
            // A life of seconds is renewed by itself.
            if (sets > 1 && lifetime >= _shortestOfAws) (await rig.CommandAsync("credentials", "refresh")).Succeeded();
            await WaitForSetsAsync(rig, running, sets);
        }

        await File.WriteAllTextAsync(stop, "");
        await Task.WhenAll(running.Values);

        foreach (var (way, run) in running)
        {
            var result = await run;
            Assert.True(result.ExitCode == 0, $"{way}: {result}");
            var count = int.Parse(result.Output);
            Assert.Equal(count, (await rig.Cloud.ItemsAsync(CredentialsRig.Thing)).Count(i => i["serial_number"].S == way));
        }

        Assert.Null(rig.Cloud.Cloud.Activity.Of(CredentialsRig.Thing).LastRefusal);
        // One set's token with another's key: no more often than the set has changed.
        if (mixesSets) Assert.InRange(rig.Cloud.Cloud.Activity.RefusedSignatures.Values.Sum(), 0, ways.Sum(way => rig.Granted(way).Count));
        else Assert.Empty(rig.Cloud.Cloud.Activity.RefusedSignatures);
    }

    private static async Task<Dictionary<string, Dictionary<string, string>>> EnvironmentsAsync(CredentialsRig rig)
    {
        var container = rig.ProgramEnvironment();
        foreach (var (name, value) in await rig.AddClientAsync("writer")) container[name] = value;

        var imds = rig.ProgramEnvironment();
        // With the slash, as people write it.
        imds["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = $"http://127.0.0.1:{rig.Port}/";

        var process = rig.ProgramEnvironment();
        process["HOME"] = Path.Combine(rig.Home, "with-profile");
        var config = Path.Combine(Directory.CreateDirectory(Path.Combine(process["HOME"], ".aws")).FullName, "config");
        await File.WriteAllTextAsync(config, $"[default]\ncredential_process = {string.Join(' ', rig.CommandLine("credentials").Select(a => $"\"{a}\""))}\n");
        process["AWS_EC2_METADATA_DISABLED"] = "true";
        return new() { [Container] = container, [Imds] = imds, [Process] = process };
    }

    /// <summary>Until each way has handed out so many sets, or a program has ended.</summary>
    private static async Task WaitForSetsAsync(CredentialsRig rig, Dictionary<string, Task<CommandResult>> running, int sets)
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (running.Keys.Any(way => rig.Granted(way == Process ? "socket" : way).Count < sets))
        {
            if (running.FirstOrDefault(r => r.Value.IsCompleted) is { Value: { } ended } program) Assert.Fail($"{program.Key} has ended: {await ended}");
            if (timeout.IsCancellationRequested) Assert.Fail($"{string.Join(", ", rig.Audit().Select(l => l.GetProperty("way") + " " + l.GetProperty("outcome")))}\n{rig.Agent.Output}");
            await poll.WaitForNextTickAsync();
        }
    }
}
