using DeviceAgent.Control;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Control;

public sealed class StoredSettingsTests : IDisposable
{
    private readonly ControlRig _rig = new();

    public void Dispose() => _rig.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"settings":{"source.intervalSeconds":7}}""")]
    [InlineData("""{"settings":{"logLevel":null}}""")]
    [InlineData("""{"jobs":[null]}""")]
    [InlineData("""{"handled":{"logLevel":null}}""")]
    public void Recall_CorruptFile_IsSetAsideAndTheConfigurationIsInForce(string content)
    {
        Directory.CreateDirectory(_rig.StateDirectory);
        File.WriteAllText(_rig.MemoryPath, content);

        var stored = StoredSettings.Recall(_rig.Options);

        Assert.Contains("cannot be understood", stored.Memory.Problem);
        Assert.Equal(content, File.ReadAllText(_rig.MemoryPath + ".corrupt-1"));
        Assert.Equal(TimeSpan.FromSeconds(5), stored.Settings.Options.Sources[0].Interval);
    }

    [Fact]
    public void Recall_SettingThatNoLongerFits_IsDroppedAloneAndSaid()
    {
        Directory.CreateDirectory(_rig.StateDirectory);
        File.WriteAllText(_rig.MemoryPath, """{"settings":{"source.intervalSeconds":{"value":0,"by":"shadow"},"upload.batchSize":{"value":7,"by":"job"}}}""");

        var stored = StoredSettings.Recall(_rig.Options);

        Assert.Contains("source.intervalSeconds", stored.Conflict);
        Assert.Equal((TimeSpan.FromSeconds(5), 7), (stored.Settings.Options.Sources[0].Interval, stored.Settings.Options.Upload.BatchSize));
    }

    [Fact]
    public void Recall_NoRemoteControl_TheConfigurationAloneIsInForce()
    {
        Directory.CreateDirectory(_rig.StateDirectory);
        File.WriteAllText(_rig.MemoryPath, """{"settings":{"upload.batchSize":{"value":7,"by":"job"}}}""");
        var options = _rig.Options with { Control = _rig.Options.Control with { Host = null } };
        Assert.Equal(25, StoredSettings.Recall(options).Settings.Options.Upload.BatchSize);
    }

    [Fact]
    public void Recall_FileThatCannotBeRead_IsNotOverwrittenAndChangesAreRefused()
    {
        Directory.CreateDirectory(_rig.StateDirectory);
        const string Content = """{"settings":{"upload.batchSize":{"value":7,"by":"job"}}}""";
        File.WriteAllText(_rig.MemoryPath, Content);
        ControlState memory;
        using (TemporaryFolder.Unreadable(_rig.MemoryPath)) memory = ControlState.Recall(_rig.StateDirectory);

        Assert.Contains("cannot be read", memory.Problem);
        Assert.Contains("not overwritten", memory.TryChange(r => r with { Settings = new Dictionary<string, SettingOverride>() }));
        Assert.Contains("not overwritten", memory.Note(r => r with { Executing = new ExecutingChange("x", DeviceAgent.Control.ChangeOrigin.Job, "j1") }));
        Assert.Equal("j1", memory.Record.Executing!.Reference);
        Assert.Equal(Content, File.ReadAllText(_rig.MemoryPath));
        Assert.Equal(7, StoredSettings.Recall(_rig.Options).Settings.Options.Upload.BatchSize);
    }

    [Fact]
    public void Change_Record_IsReadBackAsItWas()
    {
        var memory = ControlState.Recall(_rig.StateDirectory);
        Assert.Null(memory.TryChange(r => r with
        {
            Executing = new ExecutingChange("x", DeviceAgent.Control.ChangeOrigin.Job, "j1"),
            LastChange = new ChangeRecord("x", DeviceAgent.Control.ChangeOrigin.Shadow, "3", DeviceAgent.Control.ChangeOutcome.Rejected("code", "reason"), _rig.Time.GetUtcNow()),
        }));
        var again = ControlState.Recall(_rig.StateDirectory);
        Assert.Null(again.Problem);
        Assert.Equal(memory.Record.Executing, again.Record.Executing);
        Assert.Equal(memory.Record.LastChange, again.Record.LastChange);
    }

    /// <summary>An operator can widen it for a fleet before the next power cut.</summary>
    [Fact]
    public void Recall_PowerReturnSpreadSetRemotely_CountsAtThisStart()
    {
        Assert.Equal(TimeSpan.FromSeconds(10), StoredSettings.Recall(_rig.Options).Settings.Options.PowerReturnSpread);
        Directory.CreateDirectory(_rig.StateDirectory);
        File.WriteAllText(_rig.MemoryPath, """{"settings":{"powerReturnSpreadSeconds":{"value":1200,"by":"job"}}}""");
        Assert.Equal(TimeSpan.FromMinutes(20), StoredSettings.Recall(_rig.Options).Settings.Options.PowerReturnSpread);
    }

    [Fact]
    public void LiveSettings_EachWithItsPresentValue_CanBeSet()
    {
        var overrides = LiveSetting.Of(_rig.Options.Sources).ToDictionary(s => s.Key, s => new SettingOverride(System.Text.Json.JsonDocument.Parse(s.ValueIn(_rig.Options)!.ToJsonString()).RootElement, DeviceAgent.Control.ChangeOrigin.Job));
        var settings = new RemoteSettings(_rig.Options);
        var verified = settings.Verify(overrides);
        Assert.Empty(verified.Errors);
        verified.Apply();
        Assert.Equal(_rig.Options.Spool, settings.Options.Spool);
        Assert.Equal(_rig.Options.Upload, settings.Options.Upload);
    }

    [Fact]
    public void Verify_IntervalOfOneOfSeveralSources_ChangesThatOneAlone()
    {
        _rig.Configure(("source", null), ("sources", """{ "room": { "kind": "linux" }, "meter": { "kind": "simulated", "intervalSeconds": 60 } }"""));
        var settings = new RemoteSettings(_rig.Options);
        Assert.Contains("sources.room.intervalSeconds", settings.Keys);
        Assert.DoesNotContain("source.intervalSeconds", settings.Keys);
        var changed = settings.Sources[1].NextChange;
        settings.Verify([KeyValuePair.Create("sources.meter.intervalSeconds", new SettingOverride(System.Text.Json.JsonDocument.Parse("7").RootElement, DeviceAgent.Control.ChangeOrigin.Job))]).Apply();
        Assert.True(changed.IsCompleted);
        Assert.Equal([5, 7], settings.Sources.Select(s => s.Value.Interval.TotalSeconds));
        Assert.Equal(["room", "meter"], settings.Sources.Select(s => s.Value.Name!));
    }

    [Fact]
    public void Reconfigure_OtherSourcesThanAtTheStart_AreSaidToNeedARestart()
    {
        _rig.Configure(("source", null), ("sources", """{ "room": { "kind": "linux" }, "meter": { "kind": "simulated" } }"""));
        var settings = new RemoteSettings(_rig.Options);
        _rig.Configure(("source", null), ("sources", """{ "room": { "kind": "linux", "intervalSeconds": 9 }, "door": { "kind": "simulated" } }"""));
        var (change, errors) = settings.Reconfigure(_rig.Options);
        Assert.Empty(errors);
        Assert.Equal(["sources.room.intervalSeconds = 9"], change.Changed);
        Assert.Equal(["sources.door.kind", "sources.meter.kind"], change.NextStart);
        Assert.Equal([9, 5], settings.Sources.Select(s => s.Value.Interval.TotalSeconds));
    }
}
