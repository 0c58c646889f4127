using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Hosting;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Control;

/// <summary>Remote settings with which the agent does not live are taken back. A crash is what leaves the file as it is.</summary>
public sealed class SettingsTrialTests : IDisposable
{
    private readonly ControlRig _rig = new();

    public void Dispose() => _rig.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public void ThreeStartsWithoutAProof_WhatWasProvenIsActiveAndTheRestIsReported()
    {
        var memory = ControlState.Recall(_rig.StateDirectory);
        Change(memory, "1", ("upload.batchSize", 7), ("upload.maxConcurrency", 3));
        memory.EndedAsAsked();
        Assert.Equal(7, BatchSizeAtStart());
        Change(ControlState.Recall(_rig.StateDirectory), "2", ("upload.batchSize", 9), ("upload.maxConcurrency", 3));

        Assert.Equal((9, 9), (BatchSizeAtStart(), BatchSizeAtStart()));
        var third = StoredSettings.Recall(_rig.Options);

        Assert.Equal((7, 3), (third.Settings.Options.Upload.BatchSize, third.Settings.Options.Upload.MaxConcurrency));
        Assert.StartsWith("The agent started 3 times within 5 minutes each and did not end as asked, since upload.batchSize changed remotely", third.RolledBack, StringComparison.Ordinal);
        var record = third.Memory.Record;
        Assert.Equal(third.RolledBack, record.Handled["upload.batchSize"].Rejection);
        Assert.Null(record.Handled["upload.maxConcurrency"].Rejection);
        Assert.Equal(("settings", ChangeOrigin.Shadow, "2", ChangeResult.RolledBack, "notProven"), (record.LastChange!.What, record.LastChange.By, record.LastChange.Reference, record.LastChange.Outcome.Result, record.LastChange.Outcome.Code));

        // It is over: further starts change nothing.
        for (var i = 0; i < 5; i++) Assert.Equal(7, BatchSizeAtStart());
        Assert.Equal(record.LastChange, ControlState.Recall(_rig.StateDirectory).Record.LastChange);
    }

    [Fact]
    public void EndedAsAskedInBetween_TheSettingsAreProven()
    {
        Change(ControlState.Recall(_rig.StateDirectory), "1", ("upload.batchSize", 7));
        BatchSizeAtStart();
        var second = StoredSettings.Recall(_rig.Options);
        second.Memory.EndedAsAsked();
        for (var i = 0; i < 5; i++) Assert.Equal(7, BatchSizeAtStart());
    }

    [Fact]
    public void StartThatFoundTheSpoolInUse_DoesNotCount()
    {
        Change(ControlState.Recall(_rig.StateDirectory), "1", ("upload.batchSize", 7));
        for (var i = 0; i < 5; i++)
        {
            var stored = StoredSettings.Recall(_rig.Options);
            Assert.Equal(7, stored.Settings.Options.Upload.BatchSize);
            stored.Memory.NeverRan();
        }
    }

    [Fact]
    public void TwoChangesInARow_BothAreTakenBack()
    {
        var memory = ControlState.Recall(_rig.StateDirectory);
        Change(memory, "1", ("upload.batchSize", 7));
        Change(memory, "2", ("upload.batchSize", 7), ("upload.maxConcurrency", 3));
        BatchSizeAtStart();
        BatchSizeAtStart();
        var third = StoredSettings.Recall(_rig.Options);
        Assert.Empty(third.Memory.Record.Settings);
        Assert.Equal(25, third.Settings.Options.Upload.BatchSize);
        Assert.All(third.Memory.Record.Handled.Values, h => Assert.Contains("upload.batchSize, upload.maxConcurrency", h.Rejection, StringComparison.Ordinal));
    }

    [Fact]
    public void ChangeAfterTwoCrashes_HasThreeStartsOfItsOwn()
    {
        Change(ControlState.Recall(_rig.StateDirectory), "1", ("upload.batchSize", 7));
        BatchSizeAtStart();
        Change(StoredSettings.Recall(_rig.Options).Memory, "2", ("upload.batchSize", 8));
        Assert.Equal((8, 8, 25), (BatchSizeAtStart(), BatchSizeAtStart(), BatchSizeAtStart()));
    }

    [Fact]
    public void BackToWhatIsProven_NeedsNoProof()
    {
        var memory = ControlState.Recall(_rig.StateDirectory);
        Change(memory, "1", ("upload.batchSize", 7));
        Change(memory, "2");
        Assert.Null(memory.Record.Trial);
    }

    [Fact]
    public void SameSettingsAskedForAgainAfterAKill_TheCountGoesOn()
    {
        for (var i = 0; i < 2; i++)
        {
            Change(StoredSettings.Recall(_rig.Options).Memory, "1", ("upload.batchSize", 7));
            Assert.Equal(i, ControlState.Recall(_rig.StateDirectory).Record.Trial!.Starts);
        }
    }

    [Fact]
    public void KilledWhileTheCountIsWritten_TheStartIsCountedAgain()
    {
        Change(ControlState.Recall(_rig.StateDirectory), "1", ("upload.batchSize", 7));
        var before = File.ReadAllBytes(_rig.MemoryPath);
        BatchSizeAtStart();
        var after = File.ReadAllBytes(_rig.MemoryPath);

        // Before the rename there is a half-written file beside the old one.
        File.WriteAllBytes(_rig.MemoryPath, before);
        File.WriteAllBytes(_rig.MemoryPath + ".new", after[..(after.Length / 2)]);
        Assert.Equal(7, BatchSizeAtStart());
        Assert.Equal(after, File.ReadAllBytes(_rig.MemoryPath));
        Assert.Equal((7, 25), (BatchSizeAtStart(), BatchSizeAtStart()));
    }

    [Theory]
    [InlineData("""{"trial":null}""", null)]
    [InlineData("""{"settings":{"upload.batchSize":{"value":7,"by":"job"}}}""", null)]
    [InlineData("""{"trial":{"change":null,"proven":{}}}""", "is null")]
    [InlineData("""{"trial":{"proven":{}}}""", "is null")]
    [InlineData("""{"trial":{"change":{"what":"settings","by":"job","reference":"j"},"proven":{"logLevel":null}}}""", "is null")]
    [InlineData("""{"trial":{"change":{"what":"settings","by":"job","reference":"j"},"starts":-5}}""", null)]
    [InlineData("""{"trial":{"change":{"what":"settings","by":"job","reference":"j"},"starts":2147483647}}""", null)]
    public void Recall_FileOfAnEarlierVersionOrDamaged_IsUnderstoodOrSetAside(string content, string? problem)
    {
        Directory.CreateDirectory(_rig.StateDirectory);
        File.WriteAllText(_rig.MemoryPath, content);
        var stored = StoredSettings.Recall(_rig.Options);
        if (problem is null) Assert.Null(stored.Memory.Problem);
        else Assert.Contains(problem, stored.Memory.Problem, StringComparison.Ordinal);
        for (var i = 0; i < SettingsTrial.MaxStarts; i++) stored = StoredSettings.Recall(_rig.Options);
        Assert.Null(stored.Memory.Record.Trial);
    }

    [Fact]
    public void Recall_NoRemoteControl_IsNotCounted()
    {
        Change(ControlState.Recall(_rig.StateDirectory), "1", ("upload.batchSize", 7));
        var options = _rig.Options with { Control = _rig.Options.Control with { Host = null } };
        for (var i = 0; i < 5; i++) StoredSettings.Recall(options);
        Assert.Equal(7, BatchSizeAtStart());
    }

    [Fact]
    public async Task Proof_RunForLongEnoughSinceTheLastChange_IsNoted()
    {
        var memory = ControlState.Recall(_rig.StateDirectory);
        using var proof = new SettingsProof(memory, new LoopWatch(_rig.Time), _rig.Time, NullLogger<SettingsProof>.Instance);
        await proof.StartAsync(CancellationToken.None);
        Change(memory, "1", ("upload.batchSize", 7));
        await _rig.Time.WaitForTimerAsync(SettingsTrial.ProofPeriod);
        await PassAsync(TimeSpan.FromMinutes(4));
        Change(memory, "2", ("upload.batchSize", 8));
        await _rig.Time.WaitForTimerAsync(SettingsTrial.ProofPeriod);
        await PassAsync(TimeSpan.FromMinutes(4));
        Assert.NotNull(memory.Record.Trial);
        var proven = memory.NextChange;
        await PassAsync(TimeSpan.FromMinutes(1.1));
        await proven.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Null(ControlState.Recall(_rig.StateDirectory).Record.Trial);
        await proof.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Shadow_SettingThatEndsTheAgentAtOnce_IsRejectedAndNotTriedAgainUntilItIsWrittenAnew()
    {
        _rig.Cloud.Shadow.Desire("""{"upload":{"batchSize":7}}""");
        await _rig.StartReportedAsync();
        await _rig.Cloud.WaitAsync(() => _rig.InForce.Upload.BatchSize == 7, "applied");
        for (var i = 0; i < SettingsTrial.MaxStarts; i++) await _rig.RestartAsync();

        await _rig.Cloud.WaitAsync(() => (string?)_rig.Cloud.Shadow.Reported["lastChange"]?["outcome"] == "rolledBack", "reported");

        var reported = _rig.Cloud.Shadow.Reported;
        Assert.Equal((25, "notProven"), ((int)reported["upload"]!["batchSize"]!, (string?)reported["lastChange"]!["code"]));
        Assert.Contains("did not end as asked", (string?)reported["rejected"]!["upload.batchSize"], StringComparison.Ordinal);
        await _rig.RestartAsync();
        Assert.Equal(25, _rig.InForce.Upload.BatchSize);

        _rig.Cloud.Shadow.Desire("""{"upload":{"batchSize":8}}""");
        await _rig.Cloud.WaitAsync(() => _rig.InForce.Upload.BatchSize == 8, "written anew");
    }

    [Fact]
    public async Task Job_TakenBackBeforeItsEndWasKnown_FailsWithoutBeingDoneAgain()
    {
        _rig.Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"upload":{"batchSize":7}}}""");
        var memory = ControlState.Recall(_rig.StateDirectory);
        var change = new ExecutingChange(OperationNames.SetConfig, ChangeOrigin.Job, "j1");
        memory.Note(r => SettingsTrial.Begin(r with { Executing = change }, Settings(ChangeOrigin.Job, ("upload.batchSize", 7)), change));
        BatchSizeAtStart();
        BatchSizeAtStart();

        await _rig.StartAsync();
        await _rig.Cloud.WaitAsync(() => _rig.Cloud.Jobs["j1"].IsOver, "over");

        Assert.Equal("FAILED", _rig.Cloud.Jobs["j1"].Status);
        Assert.Equal("notProven", _rig.Record.Jobs[^1].Details["code"]);
        Assert.Equal(25, _rig.InForce.Upload.BatchSize);
        Assert.Null(_rig.Record.Executing);
    }

    private int BatchSizeAtStart() => StoredSettings.Recall(_rig.Options).Settings.Options.Upload.BatchSize;

    /// <summary>As the shadow's reconciler writes it.</summary>
    private static void Change(ControlState memory, string version, params (string Key, int Value)[] values)
    {
        var settings = Settings(ChangeOrigin.Shadow, values);
        var handled = settings.ToDictionary(s => s.Key, s => new HandledValue(s.Value.Value, long.Parse(version, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Null(memory.TryChange(r => SettingsTrial.Begin(r, settings, new ExecutingChange("settings", ChangeOrigin.Shadow, version)) with { Handled = handled }));
    }

    private static Dictionary<string, SettingOverride> Settings(ChangeOrigin by, params (string Key, int Value)[] values) =>
        values.ToDictionary(v => v.Key, v => new SettingOverride(JsonSerializer.SerializeToElement(v.Value), by));

    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10)) await _rig.Time.StepAsync(TimeSpan.FromSeconds(10));
    }
}
