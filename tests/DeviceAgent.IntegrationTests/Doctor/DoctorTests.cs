using DeviceAgent.Commands;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;
using DeviceAgent.TestSupport;
using Xunit.Abstractions;

namespace DeviceAgent.IntegrationTests.Doctor;

/// <summary>The doctor names what is wrong, and nothing else; whether the agent runs or not.</summary>
public sealed class DoctorTests(DoctorBed bed, ITestOutputHelper output) : IClassFixture<DoctorBed>
{
    public static TheoryData<string> Faults() => [.. PlantedFaults.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Doctor_PlantedFault_NamesItAndNothingElse(string name)
    {
        var fault = PlantedFaults.All[name];
        var device = fault.NeedsOwnDevice ? await bed.NewDeviceAsync() : bed.Idle;
        await using var planted = await fault.Plant(bed, device);
        Judge(fault, await device.DiagnoseAsync(planted.Arguments, planted.Environment));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Doctor_PlantedFaultWhileTheAgentRuns_NamesItAndNothingElse(string name)
    {
        var fault = PlantedFaults.All[name];
        var device = fault.NeedsOwnDevice ? await bed.NewDeviceAsync() : bed.Busy;
        await using var agent = fault.NeedsOwnDevice ? await bed.StartAgentAsync(device) : null;
        await using var planted = await fault.Plant(bed, device);
        if (name == "MQTT not allowed") await agent!.WaitForOutputAsync("iot:Connect");
        Judge(fault, await device.DiagnoseAsync(planted.Arguments, planted.Environment));
    }

    [Fact]
    public async Task Doctor_AllIsWell_FindsNothingAndChangesNothing()
    {
        var device = await bed.NewDeviceAsync();
        var before = FolderSnapshot.Of(device.Folder);
        foreach (var arguments in new string[][] { [], ["--write"] })
        {
            var diagnosis = await device.DiagnoseAsync(arguments);
            Assert.Empty(diagnosis.Bad);
            Assert.Equal((0, "ok"), (diagnosis.ExitCode, diagnosis.Verdict));
            Assert.Equal(arguments.Length == 0 ? "skipped" : "ok", Assert.Single(diagnosis.Findings, f => f.Check == CheckName.Write).Result);
        }

        Assert.Equal(before, FolderSnapshot.Of(device.Folder));
        Assert.Empty(await bed.Cloud.ItemsAsync(device.Thing));
    }

    [Fact]
    public async Task Doctor_AllIsWellAndTheAgentRuns_FindsNothingAndLeavesItConnected()
    {
        var diagnosis = await bed.Busy.DiagnoseAsync(["--write"]);
        Assert.Empty(diagnosis.Bad);
        Assert.Equal(0, diagnosis.ExitCode);
        Assert.Contains(diagnosis.Findings, f => f.Check == CheckName.Mqtt && f.Text.Contains("the running agent is connected", StringComparison.Ordinal));
        diagnosis = await bed.Busy.DiagnoseAsync([]);
        Assert.Empty(diagnosis.Bad);
        Assert.Contains(diagnosis.Findings, f => f.Check == CheckName.Write && f.Text.Contains("last write succeeded", StringComparison.Ordinal));
        Assert.DoesNotContain("Another client has connected", bed.Agent.Output, StringComparison.Ordinal);
        Assert.All(await bed.Cloud.ItemsAsync(bed.Busy.Thing), i => Assert.DoesNotContain("doctor", i.Keys));
    }

    [Fact]
    public async Task Doctor_AgentWhoseWritesAreDenied_SaysSoWithoutAWrite()
    {
        var device = await bed.NewDeviceAsync();
        await using var agent = RunningAgent.Run(device.Configuration, "roleAlias=device-agent-readonly", "spool.groupCommitSeconds=0.1");
        await agent.WaitForOutputAsync("dynamodb:BatchWriteItem");
        var found = Assert.Single((await device.DiagnoseAsync(["--set", "roleAlias=device-agent-readonly"])).Bad);
        Assert.Equal(CheckName.Write, found.Check);
        Assert.Contains("dynamodb:BatchWriteItem", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ByRoot_LooksAtTheStateDirectoryAsItsOwner()
    {
        if (!RootRights.Available(output)) return;
        var device = await bed.NewDeviceAsync();
        foreach (var folder in new[] { bed.Cloud.Directory, Path.GetDirectoryName(device.Folder)!, device.Folder }) Planted.SetMode(folder, 755);
        foreach (var file in new[] { "agent.json", "ca.pem", "certificate.pem" }) Planted.SetMode(device.PathOf(file), 644);
        OtherUser.Own(device.PathOf("state"));
        Assert.Empty((await device.DiagnoseAsync([], new Dictionary<string, string>())).Bad);

        Planted.SetMode(device.PathOf("state"), 500);
        var found = Assert.Single((await device.DiagnoseAsync([], new Dictionary<string, string>())).Bad);
        Assert.Equal(CheckName.StateDirectory, found.Check);
        Assert.Contains("cannot be written to (Permission denied)", found.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_InWords_EndsWithTheVerdict()
    {
        await using var well = RunningAgent.Start(["doctor", "--config", bed.Idle.Configuration]);
        Assert.Equal(0, await well.WaitForExitAsync());
        Assert.EndsWith("All is well.\n", well.Output, StringComparison.Ordinal);
        using var ill = new StringWriter();
        Assert.Equal(ExitCode.Failure, await AgentCommand.RunAsync(["doctor", "--config", bed.Idle.Configuration, "--set", "roleAlias=device-agnt"], ill, TextWriter.Null));
        Assert.Contains("FAIL  credentials", ill.ToString(), StringComparison.Ordinal);
        Assert.Contains("  remedy: Is the role alias 'device-agnt' misspelt", ill.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("1 failure: credentials.\n", ill.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', well.Output);
    }

    private static void Judge(PlantedFault fault, Diagnosis diagnosis)
    {
        Assert.True(diagnosis.Bad.All(f => f.Check == fault.Check) && diagnosis.Bad.Any(), diagnosis.Output);
        Assert.Contains(diagnosis.Bad, f => f.Text.Contains(fault.Text, StringComparison.Ordinal));
        Assert.All(diagnosis.Bad, f => Assert.Equal(fault.IsWarning ? "warning" : "failure", f.Result));
        Assert.Equal(fault.IsWarning ? 3 : fault.Check == CheckName.Configuration ? 78 : 1, diagnosis.ExitCode);
    }
}
