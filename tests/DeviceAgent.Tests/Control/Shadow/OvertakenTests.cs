using System.Text.Json.Nodes;

namespace DeviceAgent.Tests.Control.Shadow;

/// <summary>What the shadow desires and a job has changed since: shadow and job agree in the end, and no difference stays.</summary>
public sealed class OvertakenTests : IAsyncDisposable
{
    private readonly ControlRig _rig = new();

    private FakeCloud Cloud => _rig.Cloud;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Job_RotatesWhatTheShadowDesired_TheDesiredAliasIsTakenOut()
    {
        await DesireAsync("""{"roleAlias":"fleet-v2","note":7}""", () => _rig.Rotation.Alias == "fleet-v2");
        await DoAsync("j1", """{"operation":"rotate-role-alias","roleAlias":"fleet-v3"}""");
        await Cloud.WaitAsync(() => Cloud.Shadow.Desired["roleAlias"] is null, "desired.roleAlias is gone");
        await SettleAsync();
        Assert.Equal("""{"note":7}""", Cloud.Shadow.Desired.ToJsonString());
        Assert.Equal("fleet-v3", (string?)Cloud.Shadow.Reported["roleAlias"]);
        Assert.Equal("j1", (string?)Cloud.Shadow.Reported["lastChange"]!["jobId"]);
        Assert.Equal(["fleet-v2", "fleet-v3"], _rig.Rotation.Asked);
        Assert.Contains(_rig.Log.Entries, e => e.Id == 2623 && e.Text == "Shadow: roleAlias is taken out of the desired state: job j1 has changed it since.");
        await _rig.PassTimeUntilAsync(() => !_rig.Record.Handled.ContainsKey("roleAlias"), TimeSpan.FromMinutes(5), "it is forgotten");

        await _rig.RestartAsync();
        await SettleAsync();
        Assert.Equal("fleet-v3", _rig.Rotation.Alias);
    }

    [Theory]
    [InlineData("""{"operation":"set-config","settings":{"source":{"intervalSeconds":7}}}""", 7)]
    [InlineData("""{"operation":"set-config","reset":["source"]}""", 5)]
    public async Task Job_ChangesASettingThatTheShadowDesired_ThatOneAloneIsTakenOut(string job, int seconds)
    {
        await DesireAsync("""{"source":{"intervalSeconds":2},"upload":{"batchSize":9}}""", () => _rig.InForce.Upload.BatchSize == 9);
        await DoAsync("j1", job);
        await Cloud.WaitAsync(() => Cloud.Shadow.Desired["source"]?["intervalSeconds"] is null, "the desired interval is gone");
        await SettleAsync();
        Assert.Equal((seconds, 9), (_rig.InForce.Sources[0].Interval.TotalSeconds, _rig.InForce.Upload.BatchSize));
        Assert.Equal(9, (int)Cloud.Shadow.Desired["upload"]!["batchSize"]!);
        Assert.Equal("j1", (string?)Cloud.Shadow.Reported["lastChange"]!["jobId"]);
    }

    [Fact]
    public async Task Job_SetsWhatIsDesiredOrSomethingElse_NothingIsTakenOut()
    {
        await DesireAsync("""{"roleAlias":"fleet-v2","upload":{"batchSize":9}}""", () => _rig.Rotation.Alias == "fleet-v2" && _rig.InForce.Upload.BatchSize == 9);
        await DoAsync("j1", """{"operation":"set-config","settings":{"upload":{"batchSize":9},"logLevel":"debug"}}""");
        await DoAsync("j2", """{"operation":"rotate-role-alias","roleAlias":"fleet-v2"}""");
        await SettleAsync();
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"roleAlias":"fleet-v2","upload":{"batchSize":9}}"""), Cloud.Shadow.Desired), Cloud.Shadow.ToString());
    }

    [Fact]
    public async Task Job_IsRefused_WhatIsDesiredStays()
    {
        _rig.Rotation.Outcomes["bad"] = DeviceAgent.Control.ChangeOutcome.RolledBack("writesDenied", "the role may not write");
        await DesireAsync("""{"roleAlias":"fleet-v2"}""", () => _rig.Rotation.Alias == "fleet-v2");
        Cloud.Jobs.Create("j1", """{"operation":"rotate-role-alias","roleAlias":"bad"}""");
        await Cloud.WaitAsync(() => Cloud.Jobs["j1"].Status == "FAILED", "the job");
        await SettleAsync();
        Assert.Equal("fleet-v2", (string?)Cloud.Shadow.Desired["roleAlias"]);
    }

    /// <summary>The operator's word came after the job: it counts, and is not taken out.</summary>
    [Fact]
    public async Task Desired_WrittenAnewBehindTheJob_IsFollowed()
    {
        await DesireAsync("""{"roleAlias":"fleet-v2"}""", () => _rig.Rotation.Alias == "fleet-v2");
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        Cloud.Jobs.Create("j1", """{"operation":"rotate-role-alias","roleAlias":"fleet-v3"}""");
        await Cloud.WaitAsync(() => _rig.Rotation.Asked.Count == 2, "the job begins");
        Cloud.Shadow.Desire("""{"roleAlias":"fleet-v4"}""");
        gate.SetResult();
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "fleet-v4", "the newest");
        await SettleAsync();
        Assert.Equal("fleet-v4", (string?)Cloud.Shadow.Desired["roleAlias"]);
        Assert.Equal("fleet-v4", _rig.Rotation.Alias);
    }

    [Fact]
    public async Task Desired_OnceMoreWhenItWasTakenOut_IsDoneAgain()
    {
        await DesireAsync("""{"roleAlias":"fleet-v2"}""", () => _rig.Rotation.Alias == "fleet-v2");
        await DoAsync("j1", """{"operation":"rotate-role-alias","roleAlias":"fleet-v3"}""");
        await Cloud.WaitAsync(() => Cloud.Shadow.Desired["roleAlias"] is null, "taken out");
        Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2"}""");
        await Cloud.WaitAsync(() => _rig.Rotation.Alias == "fleet-v2", "asked for again, and done");
        Assert.Equal(["fleet-v2", "fleet-v3", "fleet-v2"], _rig.Rotation.Asked);
    }

    private async Task DesireAsync(string desired, Func<bool> isActive)
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire(desired);
        await Cloud.WaitAsync(isActive, "the desired state is active");
        await SettleAsync();
    }

    private async Task DoAsync(string jobId, string document)
    {
        Cloud.Jobs.Create(jobId, document);
        await Cloud.WaitAsync(() => Cloud.Jobs[jobId].Status == "SUCCEEDED", "the job");
    }

    private async Task SettleAsync()
    {
        for (var i = 0; i < 4; i++) await _rig.Time.RoundAsync(DeviceAgent.Control.Shadow.ShadowService.LookPeriod);
    }
}
