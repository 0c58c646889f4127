using DeviceAgent.Control;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Control.Jobs;

public sealed class JobTests : IDisposable
{
    private const string Rotate = """{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}""";

    private readonly ControlRig _rig = new();

    private FakeCloud Cloud => _rig.Cloud;

    public void Dispose() => _rig.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task Job_Rotation_TellsItsStepsAndSucceeds()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await Cloud.WaitAsync(() => Cloud.Jobs["j1"].Told.Contains("IN_PROGRESS fetching"), "the step");
        gate.SetResult();
        await EndAsync("j1", "SUCCEEDED");

        Assert.Equal(("applied", "committed"), (Cloud.Jobs["j1"].Details["outcome"], Cloud.Jobs["j1"].Details["step"]));
        Assert.Equal(["fleet-v2"], _rig.Rotation.Asked);
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["lastChange"]?["jobId"] == "j1", "the shadow tells of it");
    }

    [Fact]
    public async Task Job_RolledBack_FailsWithTheReason()
    {
        _rig.Rotation.Outcomes["fleet-v2"] = ChangeOutcome.RolledBack("writesDenied", "denied\n" + new string('x', 3000));
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await EndAsync("j1", "FAILED");

        var details = Cloud.Jobs["j1"].Details;
        Assert.Equal(("rolledBack", "writesDenied", 1024), (details["outcome"], details["code"], details["reason"].Length));
    }

    [Theory]
    [InlineData("""{"operation":"format-disk"}""", "unknownOperation", "format-disk")]
    [InlineData("""{"op":"rotate-role-alias"}""", "invalidArgument", "operation")]
    [InlineData("""[1]""", "invalidArgument", "object")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":7}""", "invalidArgument", "roleAlias")]
    [InlineData("""{"operation":"set-config"}""", "invalidArgument", "settings")]
    [InlineData("""{"operation":"set-config","settings":{"source":{"interval":1}}}""", "unknownSetting", "source.interval")]
    [InlineData("""{"operation":"set-config","settings":{"roleAlias":"x"}}""", "unknownSetting", "rotate-role-alias")]
    [InlineData("""{"operation":"set-config","settings":{"source":{"intervalSeconds":0}}}""", "invalidSettings", "0.01")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"2026-11-26T11:59:59Z"}""", "expired", "2026-11-26T11:59:59")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"tomorrow"}""", "invalidArgument", "ISO-8601")]
    public async Task Job_NotUnderstood_IsRejectedWithTheReason(string document, string code, string reason)
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", document);
        await EndAsync("j1", "REJECTED");
        Assert.Equal(code, Cloud.Jobs["j1"].Details["code"]);
        Assert.Contains(reason, Cloud.Jobs["j1"].Details["reason"]);
    }

    [Fact]
    public async Task Job_SetConfig_IsInForceAndSurvivesARestart()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"source":{"intervalSeconds":2},"spool":{"whenFull":"refuseNew"}}}""");
        await EndAsync("j1", "SUCCEEDED");
        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Source.Value.Interval);
        await _rig.RestartAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Source.Value.Interval);
        Cloud.Jobs.Create("j2", """{"operation":"set-config","settings":{"source":{"intervalSeconds":null}}}""");
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal(new SourceOptions().Interval, _rig.InForce.Source.Interval);
    }

    [Fact]
    public async Task Job_RefreshCredentials_NoneToBeHad_FailsWithTheCause()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"refresh-credentials"}""");
        await EndAsync("j1", "FAILED");
        Assert.Equal("connectionRefused", Cloud.Jobs["j1"].Details["code"]);
        Assert.Contains("nobody there", Cloud.Jobs["j1"].Details["reason"]);
    }

    [Fact]
    public async Task Jobs_Several_AreDoneOneAfterTheOther()
    {
        await _rig.StartAsync();
        for (var i = 1; i <= 5; i++) Cloud.Jobs.Create($"j{i}", $$"""{"operation":"rotate-role-alias","roleAlias":"a{{i}}"}""");
        await EndAsync("j5", "SUCCEEDED");
        Assert.Equal(["a1", "a2", "a3", "a4", "a5"], _rig.Rotation.Asked);
    }

    [Fact]
    public async Task Job_CancelledWhileItIsDone_IsNotFoughtFor()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await Cloud.WaitAsync(() => Cloud.Jobs["j1"].Told.Contains("IN_PROGRESS fetching"), "the step");
        Cloud.Jobs.Cancel("j1");
        gate.SetResult();
        await Cloud.WaitAsync(() => _rig.Record.Jobs is [{ Told: true }], "it is put down");
        Cloud.Jobs.Create("j2", """{"operation":"rotate-role-alias","roleAlias":"fleet-v3"}""");
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal("CANCELED", Cloud.Jobs["j1"].Status);
        Assert.Equal(["fleet-v2", "fleet-v3"], _rig.Rotation.Asked);
    }

    [Fact]
    public async Task Job_UpdatedBySomebodyElse_GoesOnWithTheNewVersion()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await Cloud.WaitAsync(() => Cloud.Jobs["j1"].Told.Contains("IN_PROGRESS fetching"), "the step");
        Cloud.Jobs.Touch("j1");
        gate.SetResult();
        await EndAsync("j1", "SUCCEEDED");
    }

    [Fact]
    public async Task Job_TakesLong_SignsOfLifeKeepItsStepTimeoutAway()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await _rig.PassTimeUntilAsync(() => Cloud.Jobs["j1"].Told.Count >= 4, TimeSpan.FromMinutes(35), "three signs of life");
        Assert.All(Cloud.Jobs["j1"].Told, t => Assert.Equal("IN_PROGRESS fetching", t));
        gate.SetResult();
        await EndAsync("j1", "SUCCEEDED");
    }

    [Fact]
    public async Task Job_OutcomeNotHeard_IsToldAgainAndNotDoneAgain()
    {
        Cloud.OnMessage = (topic, payload) => !(topic.EndsWith("/j1/update", StringComparison.Ordinal) && payload.Contains("SUCCEEDED", StringComparison.Ordinal));
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await Cloud.WaitAsync(() => _rig.Record.Jobs is [{ Status: "SUCCEEDED", Told: false }], "its end is remembered");
        await _rig.StopAsync();
        Cloud.OnMessage = (_, _) => true;
        await _rig.StartAsync();
        await EndAsync("j1", "SUCCEEDED");
        Assert.Equal(["fleet-v2"], _rig.Rotation.Asked);
    }

    [Fact]
    public async Task Notification_Doubled_DoesNothingTwice()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        for (var i = 0; i < 5; i++) Cloud.Jobs.Notify();
        await EndAsync("j1", "SUCCEEDED");
        for (var i = 0; i < 5; i++) Cloud.Jobs.Notify();
        Cloud.Jobs.Create("j2", """{"operation":"rotate-role-alias","roleAlias":"fleet-v3"}""");
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal(["fleet-v2", "fleet-v3"], _rig.Rotation.Asked);
    }

    [Fact]
    public async Task StateDirectory_NotWritable_NothingIsDone()
    {
        await _rig.StartAsync();
        Directory.CreateDirectory(_rig.MemoryPath + ".new");
        Cloud.Jobs.Create("j1", Rotate);
        await EndAsync("j1", "FAILED");
        Assert.Equal("stateNotSaved", Cloud.Jobs["j1"].Details["code"]);
        Assert.Empty(_rig.Rotation.Asked);
    }

    [Fact]
    public async Task JobAndShadow_AtOnce_OneChangeAtATime()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"roleAlias":"by-shadow"}""");
        await Cloud.WaitAsync(() => _rig.Rotation.Asked.Count == 1, "the first begins");
        Cloud.Jobs.Create("j1", """{"operation":"rotate-role-alias","roleAlias":"by-job"}""");
        Assert.Equal("roleAlias", Assert.IsType<ExecutingChange>(_rig.Record.Executing).What);
        gate.SetResult();
        await EndAsync("j1", "SUCCEEDED");
        Assert.Equal(["by-shadow", "by-job"], _rig.Rotation.Asked);
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "by-job", "the job came later: it stays");
    }

    private Task EndAsync(string id, string status) => Cloud.WaitAsync(() => Cloud.Jobs[id].Status == status, $"{id} {status}");
}
