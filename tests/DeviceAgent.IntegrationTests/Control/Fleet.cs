using System.Globalization;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Shadow;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>A cloud in this process, and for each of its things the real agent as a process that replays the room readings.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private static readonly string Tool = Path.Combine(AppContext.BaseDirectory, "device-fleet.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly TestCloud _cloud;
    private readonly List<string> _configurations = [];
    private readonly List<RunningAgent> _agents = [];

    private Fleet(TestCloud cloud) => _cloud = cloud;

    public IReadOnlyList<RunningAgent> Agents => _agents;

    public List<string> Things { get; } = [];

    /// <summary>Starts so many, and waits until each has uploaded something and reported itself.</summary>
    public static async Task<Fleet> StartAsync(int devices)
    {
        var fleet = new Fleet(await TestCloud.StartAsync(new TestbedOptions()));
        try
        {
            for (var number = 1; number <= devices; number++)
            {
                var thing = DeviceFolder.Name(number);
                fleet.Things.Add(thing);
                fleet._configurations.Add(await fleet._cloud.DeviceAsync(thing));
                fleet._agents.Add(fleet.Run(number - 1));
            }

            for (var index = 0; index < devices; index++)
            {
                await fleet._cloud.WaitForRowsAsync(fleet.Things[index], 1, fleet._agents[index]);
                await fleet.WaitForAliasAsync(fleet.Things[index], Testbed.Hosting.Cloud.RoleAlias);
            }

            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>A job for all things, made with the AWS CLI; the abort criterion is in its short form, null for none.</summary>
    public async Task OrderAsync(string jobId, string roleAlias, int perMinute, string? abort = null)
    {
        var targets = string.Join(' ', Things.Select(Testbed.Registry.Thing.ArnOf));
        (await _cloud.ShellAsync(
            $$"""
            aws iot create-job --job-id {{jobId}} --targets {{targets}} \
              --document '{"operation":"rotate-role-alias","roleAlias":"{{roleAlias}}"}' \
              --job-executions-rollout-config maximumPerMinute={{perMinute.ToString(CultureInfo.InvariantCulture)}} \
              {{(abort is null ? "" : $"--abort-config 'criteriaList=[{{{abort}}}]'")}}
            """)).Succeeded();
    }

    /// <summary>Runs <c>device-fleet</c> as the operator of this cloud would.</summary>
    public Task<CommandResult> ToolAsync(string arguments) => _cloud.ShellAsync($"dotnet '{Tool}' {arguments}");

    /// <summary>The same as a process that can be ended.</summary>
    public System.Diagnostics.Process StartTool(string arguments) =>
        Command.Start("bash", ["-c", $". '{_cloud.Directory}/{Testbed.Hosting.EnvironmentFile.Name}'; exec dotnet '{Tool}' {arguments}"], null, null);

    /// <summary>What an operator does with the AWS CLI.</summary>
    public async Task ShellAsync(string script) => (await _cloud.ShellAsync(script)).Succeeded();

    /// <summary>The job's status and one of its figures, as the AWS CLI shows them.</summary>
    public async Task<string> DescribeAsync(string jobId, string figure) => (await _cloud.ShellAsync(
        $"aws iot describe-job --job-id {jobId} --query 'job.[status,jobProcessDetails.{figure}]' --output text")).Succeeded();

    /// <summary>Waits until the job is over and nobody is at it any more.</summary>
    public async Task<JobOverview> WaitForEndAsync(string jobId)
    {
        JobOverview? job = null;
        await WaitAsync(
            () => (job = _cloud.Cloud.Jobs.Overview().Single(o => o.Job.Id == jobId)) is { Job.IsActive: false, Counts.Open: 0 },
            () => $"job {jobId} is {job?.Job.Status}: {string.Join(", ", job?.Executions.Select(e => $"{e.ThingName} {e.Status} {string.Join(' ', e.StatusDetails.Values)}") ?? [])}");
        return job!;
    }

    public ReportedShadow Reported(string thing) => new(_cloud.Cloud.Shadows.Find(ShadowKey.Of(thing, ShadowService.AgentShadow)!));

    /// <summary>Waits until the thing reports this alias as active.</summary>
    public Task WaitForAliasAsync(string thing, string alias) => WaitAsync(() => Reported(thing).RoleAlias == alias, () => $"{thing} reports {Reported(thing).RoleAlias}, not {alias}");

    /// <summary>Waits until the thing reports how its last change ended: the job is told first.</summary>
    public Task WaitForChangeAsync(string thing) => WaitAsync(() => Reported(thing).Change?["outcome"] is not null, () => $"{thing} reports no outcome");

    /// <summary>Returns when the new agent handles signals: one that is told to stop before dies of it.</summary>
    public async Task RestartAsync(int index)
    {
        await _agents[index].DisposeAsync();
        _agents[index] = Run(index);
        await _agents[index].WaitForOutputAsync("Local programs are answered on");
    }

    public string StateFile(int index, string name) => Path.Combine(Path.GetDirectoryName(_configurations[index])!, "state", name);

    /// <summary>Every agent finishes what it holds.</summary>
    public async Task StopAsync()
    {
        foreach (var code in await Task.WhenAll(_agents.Select(a => a.TerminateAsync()))) Assert.Equal(0, code);
    }

    /// <summary>What stands in the tables, compared with the recording: nothing missing, nothing twice, nothing changed.</summary>
    public async Task<IReadOnlyList<LandedReadings>> LandedAsync()
    {
        var readings = RoomReadings.Load();
        return [.. await Task.WhenAll(Things.Select(thing => LandedReadings.CompareAsync(_cloud.DynamoDb, thing, readings, CancellationToken.None)))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents) await agent.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    private RunningAgent Run(int index) => RunningAgent.Run(_configurations[index], "upload.maxDelaySeconds=0.5");

    private async Task WaitAsync(Func<bool> condition, Func<string> state)
    {
        using var timeout = new CancellationTokenSource(Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (!condition()) await poll.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{state()}\nThe first agent said:\n{_agents[0].Output}");
        }
    }
}
