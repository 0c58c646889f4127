using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Upload;
using Microsoft.Extensions.Logging;

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
    [InlineData("""{"operation":"set-config","settings":{}}""", "invalidArgument", "settings: empty")]
    [InlineData("""{"operation":"set-config","settings":{"source":{}}}""", "invalidArgument", "settings.source: empty, which has no effect. AWS IoT Jobs leave out values that are null: to go back to what is configured, write \"reset\":[\"source\"].")]
    [InlineData("""{"operation":"set-config","settings":{"sources":{"room":{}}}}""", "invalidArgument", "settings.sources.room: empty")]
    [InlineData("""{"operation":"set-config","settings":{"sources":{"room":{"intervalSeconds":3}}}}""", "unknownSetting", "sources.room.intervalSeconds: cannot be set remotely")]
    [InlineData("""{"operation":"set-config","settings":{"source":{"intervalSeconds":null},"upload":{"batchSize":9}}}""", "invalidArgument", "settings.source: empty")]
    [InlineData("""{"operation":"set-config","settings":{"logLevel":null}}""", "invalidArgument", "settings: empty")]
    [InlineData("""{"operation":"set-config","reset":[]}""", "invalidArgument", "must be a list")]
    [InlineData("""{"operation":"set-config","reset":"source"}""", "invalidArgument", "must be a list")]
    [InlineData("""{"operation":"set-config","reset":[7]}""", "invalidArgument", "must be a list")]
    [InlineData("""{"operation":"set-config","reset":["sorce"]}""", "unknownSetting", "did you mean 'source'?")]
    [InlineData("""{"operation":"set-config","reset":["source.intervalSecond"]}""", "unknownSetting", "did you mean 'source.intervalSeconds'?")]
    [InlineData("""{"operation":"set-config","reset":["sour"]}""", "unknownSetting", "reset \"sour\"")]
    [InlineData("""{"operation":"set-config","reset":["roleAlias"]}""", "unknownSetting", "rotate-role-alias")]
    [InlineData("""{"operation":"set-config","settings":{"source":{"intervalSeconds":3}},"reset":["source.intervalSeconds"]}""", "invalidArgument", "in \"settings\" and in \"reset\"")]
    [InlineData("""{"operation":"set-config","setings":{"source":{"intervalSeconds":3}}}""", "invalidArgument", "did you mean 'settings'?")]
    [InlineData("""{"operation":"refresh-credentials","roleAlias":"x"}""", "invalidArgument", "\"roleAlias\" is nothing that the operation refresh-credentials knows")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expires":"2026-11-26T11:59:59Z"}""", "invalidArgument", "did you mean 'expiresAt'?")]
    [InlineData("""{"operation":"refresh-credential"}""", "unknownOperation", "did you mean 'refresh-credentials'?")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"2026-11-26T11:59:59Z"}""", "expired", "2026-11-26T11:59:59")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"tomorrow"}""", "invalidArgument", "ISO-8601")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":1790000000}""", "invalidArgument", "1790000000 is not an ISO-8601 time")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"2027"}""", "invalidArgument", "\"2027\" is not an ISO-8601 time")]
    [InlineData("""{"operation":"rotate-role-alias","roleAlias":"x","expiresAt":"2026-11-26 11:59:59.123456789+00"}""", "expired", "2026-11-26T11:59:59")]
    public async Task Job_NotUnderstood_IsRejectedWithTheReason(string document, string code, string reason)
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", document);
        await EndAsync("j1", "REJECTED");
        Assert.Equal(code, Cloud.Jobs["j1"].Details["code"]);
        Assert.Contains(reason, Cloud.Jobs["j1"].Details["reason"]);
    }

    [Theory]
    [InlineData("2026-11-26t12:59:59z")]
    [InlineData("2026-11-26 12:59:59.123456789+00")]
    [InlineData("2026-11-26T14:59:59+0200")]
    public async Task Job_ExpiresLater_HoweverItIsWritten_IsDone(string expiresAt)
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", $$"""{"operation":"rotate-role-alias","roleAlias":"fleet-v2","expiresAt":"{{expiresAt}}"}""");
        await EndAsync("j1", "SUCCEEDED");
    }

    [Fact]
    public async Task Job_SetConfig_IsInForceAndSurvivesARestart()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"source":{"intervalSeconds":2},"spool":{"whenFull":"refuseNew"}}}""");
        await EndAsync("j1", "SUCCEEDED");
        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Sources[0].Value.Interval);
        await _rig.RestartAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Sources[0].Value.Interval);
        Cloud.Jobs.Create("j2", """{"operation":"set-config","reset":["source.intervalSeconds"]}""");
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal(new SourceOptions().Interval, _rig.InForce.Sources[0].Interval);
        Assert.Equal(["spool.whenFull"], _rig.Record.Settings.Keys);
    }

    [Fact]
    public async Task Job_ResetOfASection_TakesAllOfItBackAndSetsTheRest()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"upload":{"batchSize":7,"maxConcurrency":2},"logLevel":"debug"}}""");
        await EndAsync("j1", "SUCCEEDED");
        Cloud.Jobs.Create("j2", """{"operation":"set-config","reset":["upload","logLevel"],"settings":{"upload":{"batchSize":9}}}""");
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal((9, new UploadOptions().MaxConcurrency, LogLevel.Information), (_rig.InForce.Upload.BatchSize, _rig.InForce.Upload.MaxConcurrency, _rig.InForce.LogLevel));
        Assert.Equal("applied", Cloud.Jobs["j2"].Details["outcome"]);
    }

    [Theory]
    [InlineData("""{"operation":"set-config","settings":{"source":{"intervalSeconds":2}}}""", "source.intervalSeconds is set to 2 already")]
    [InlineData("""{"operation":"set-config","reset":["upload"]}""", "of upload nothing is set remotely")]
    public async Task Job_ThatChangesNothing_SaysSo(string document, string reason)
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"source":{"intervalSeconds":2}}}""");
        await EndAsync("j1", "SUCCEEDED");
        Cloud.Jobs.Create("j2", document);
        await EndAsync("j2", "SUCCEEDED");
        Assert.Equal(("unchanged", "unchanged", $"Changed nothing: {reason}."), (Cloud.Jobs["j2"].Details["outcome"], Cloud.Jobs["j2"].Details["code"], Cloud.Jobs["j2"].Details["reason"]));
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["lastChange"]?["outcome"] == "unchanged", "the shadow tells of it");
        Assert.DoesNotContain(_rig.Log.Entries, e => e.Text.Contains("j2: applied", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_WhoseReasonIsNotTaken_EndsWithTheEssentials()
    {
        Cloud.Jobs.RefusesReasons = true;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"format-disk"}""");
        await EndAsync("j1", "REJECTED");
        Assert.Equal(["code", "outcome"], Cloud.Jobs["j1"].Details.Keys.Order());
    }

    [Fact]
    public async Task Job_UpdatesNotAllowed_IsSaidInLogAndStatus()
    {
        Cloud.RefusedPublishes.Add(FakeCloud.Prefix + "/jobs/j1/update");
        await _rig.StartReportedAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await _rig.PassTimeUntilAsync(() => _rig.Status.Problem?.Contains("iot:Publish on topic/$aws/things/boiler-07/jobs/j1/update", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(1), "the problem");
        Assert.Single(_rig.Log.Entries, e => e.Id == 2603);
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

    /// <summary>Such a document once stood at the head of the queue for ever.</summary>
    [Theory]
    [InlineData("half a character", "settings.source", "half a character")]
    [InlineData("70 lists deep", "settings.source", "nested deeper than 32 levels")]
    [InlineData("70 objects deep", "settings.source.a.a", "nested deeper than 32 levels")]
    [InlineData("5000 lists deep", "settings.source", "nested deeper than 32 levels")]
    [InlineData("a huge exponent", "settings.source", "a number beyond all")]
    [InlineData("a long number", "settings.source", "a number beyond all")]
    [InlineData("a name twice", "settings.source.a", "stands there twice")]
    [InlineData("half a character in a name", "settings.source.\\udc00", "a name with half a character")]
    public async Task Job_DocumentThatNoReaderExpects_IsRejectedByNameAndTheNextIsDone(string kind, string place, string reason)
    {
        Cloud.Rewrite = text => HostileText.Put(kind, text);
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", $$$"""{"operation":"set-config","settings":{"source":{{{HostileText.Placeholder}}}}}""");
        Cloud.Jobs.Create("j2", Rotate);
        await EndAsync("j1", "REJECTED");
        Assert.Equal("notReadable", Cloud.Jobs["j1"].Details["code"]);
        Assert.Contains($"execution.jobDocument.{place}", Cloud.Jobs["j1"].Details["reason"]);
        Assert.Contains(reason, Cloud.Jobs["j1"].Details["reason"]);
        await EndAsync("j2", "SUCCEEDED");
    }

    [Theory]
    [InlineData("half a character")]
    [InlineData("70 lists deep")]
    public async Task Job_OperationThatNoReaderExpects_IsRejectedByName(string kind)
    {
        Cloud.Rewrite = text => HostileText.Put(kind, text);
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", $$$"""{"operation":{{{HostileText.Placeholder}}}}""");
        await EndAsync("j1", "REJECTED");
        Assert.Equal("notReadable", Cloud.Jobs["j1"].Details["code"]);
    }

    [Fact]
    public async Task Job_TextsAreNotPrintable_AreToldWithoutIt()
    {
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", """{"operation":"a\u001b[31m\u202e\u2028b"}""");
        await EndAsync("j1", "REJECTED");
        Assert.Contains("'a [31m  b'", Cloud.Jobs["j1"].Details["reason"]);
        Assert.Equal("a [31m  b", _rig.Record.LastChange!.What);
    }

    /// <summary>Whatever fails around an operation.</summary>
    [Fact]
    public async Task Job_FailsUnexpectedly_IsFailedAndTheNextIsDone()
    {
        await _rig.StartAsync();
        var thrown = 0;
        _rig.Runner.Changed += () =>
        {
            if (Interlocked.Exchange(ref thrown, 1) == 0) throw new InvalidOperationException("a fault");
        };
        Cloud.Jobs.Create("j1", Rotate);
        Cloud.Jobs.Create("j2", Rotate);
        await EndAsync("j1", "FAILED");
        Assert.Equal("unexpected", Cloud.Jobs["j1"].Details["code"]);
        await EndAsync("j2", "SUCCEEDED");
    }

    /// <summary>What is told of the faults is bounded; what is not told is not taken either.</summary>
    [Fact]
    public async Task Job_MoreFaultsBesideItThanAreTold_IsNotTaken()
    {
        Cloud.Rewrite = text => text.StartsWith("{\"timestamp\":1", StringComparison.Ordinal) ? text.Replace("{\"timestamp\":1", $"{{\"x\":{HostileText.Of("many faults")},\"timestamp\":1", StringComparison.Ordinal) : text;
        await _rig.StartAsync();
        Cloud.Jobs.Create("j1", Rotate);
        await EndAsync("j1", "REJECTED");
        Assert.Equal("notReadable", Cloud.Jobs["j1"].Details["code"]);
        Assert.Empty(_rig.Rotation.Asked);
    }

    /// <summary>The topics of a job are built of its id.</summary>
    [Theory]
    [InlineData("a/b")]
    [InlineData("+")]
    [InlineData("#")]
    [InlineData("j\u0001")]
    [InlineData("")]
    public async Task Job_IdThatNoJobHas_NothingIsSentAboutIt(string id)
    {
        var told = new List<string>();
        Cloud.OnMessage = (topic, _) =>
        {
            lock (told) told.Add(topic);
            return true;
        };
        Cloud.Jobs.Create(id, Rotate);
        await _rig.StartAsync();
        await _rig.PassTimeUntilAsync(() => _rig.Status.Problem?.Contains("an id that no job can have", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(2), "the problem is told");
        lock (told) Assert.DoesNotContain(told, t => t.EndsWith("/update", StringComparison.Ordinal) && t.Contains("/jobs/", StringComparison.Ordinal));
        Assert.Empty(_rig.Rotation.Asked);
    }

    /// <summary>A notification is only a hint, whatever is in it.</summary>
    [Fact]
    public async Task Notification_ThatIsNoJson_IsAHintAllTheSame()
    {
        await _rig.StartAsync();
        await Cloud.WaitAsync(() => _rig.Client.IsSubscribed($"{FakeCloud.Prefix}/jobs/notify-next"), "it listens");
        Cloud.Rewrite = text => text.Contains("clientToken\":null", StringComparison.Ordinal) ? "no JSON" : text;
        Cloud.Jobs.Create("j1", Rotate);
        await EndAsync("j1", "SUCCEEDED");
    }

    private Task EndAsync(string id, string status) => Cloud.WaitAsync(() => Cloud.Jobs[id].Status == status, $"{id} {status}");
}
