using DeviceAgent.Control;
using DeviceAgent.Control.Shadow;
using DeviceAgent.Mqtt;
using DeviceAgent.Traffic;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Control.Shadow;

public sealed class ShadowTests : IDisposable
{
    private readonly ControlRig _rig = new();

    private FakeCloud Cloud => _rig.Cloud;

    public void Dispose() => _rig.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Fact]
    public async Task Start_NoShadow_ReportsWhatIsInForce()
    {
        await _rig.StartReportedAsync();

        var reported = Cloud.Shadow.Reported;
        Assert.Equal("fleet-ddb", (string?)reported["roleAlias"]);
        Assert.Equal(5, (double)reported["source"]!["intervalSeconds"]!);
        Assert.Equal(25, (int)reported["upload"]!["batchSize"]!);
        Assert.Equal("dropOldest", (string?)reported["spool"]!["whenFull"]);
        Assert.Equal("information", (string?)reported["logLevel"]);
        Assert.Equal("ok", (string?)reported["health"]);
        Assert.Equal(64, ((string)reported["certificate"]!["id"]!).Length);
        Assert.Equal(0, (int)reported["status"]!["spool"]!["readings"]!);
    }

    [Fact]
    public async Task Desired_Settings_AreInForceAndReported()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":2},"upload":{"order":"newestFirst"},"logLevel":"debug"}""");
        await LastChangeAsync("applied");

        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Sources[0].Value.Interval);
        Assert.Equal(LogLevel.Debug, _rig.InForce.LogLevel);
        Assert.Equal(2, (double)Cloud.Shadow.Reported["source"]!["intervalSeconds"]!);
        Assert.Equal("newestFirst", (string?)Cloud.Shadow.Reported["upload"]!["order"]);
        Assert.Null(Cloud.Shadow.Reported["rejected"]);
    }

    [Theory]
    [InlineData("half a character", "logLevel", "half a character")]
    [InlineData("70 lists deep", "logLevel", "nested deeper than 32 levels")]
    [InlineData("70 objects deep", "logLevel.a", "nested deeper than 32 levels")]
    [InlineData("a huge exponent", "logLevel", "a number beyond all")]
    [InlineData("a name twice", "logLevel.a", "stands there twice")]
    [InlineData("half a character in a name", "logLevel.\\udc00", "half a character")]
    public async Task Desired_ThatNoReaderExpects_IsRejectedByNameAndTheNextIsApplied(string kind, string key, string reason)
    {
        Cloud.Rewrite = text => HostileText.Put(kind, text);
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire($$$"""{"logLevel":{{{HostileText.Placeholder}}},"source":{"intervalSeconds":2}}""");
        await LastChangeAsync("rejected");

        Assert.Equal("notReadable", (string?)Cloud.Shadow.Reported["lastChange"]!["code"]);
        Assert.Contains(reason, (string?)Cloud.Shadow.Reported["rejected"]![key]);

        // A setting that is wrong holds those back that came with it; a key that nobody knows does not.
        Assert.Equal(key == "logLevel", _rig.Stored.Settings.Sources[0].Value.Interval != TimeSpan.FromSeconds(2));

        Cloud.Shadow.Desire("""{"logLevel":"debug"}""");
        await LastChangeAsync("applied");
        Assert.Equal((LogLevel.Debug, TimeSpan.FromSeconds(2)), (_rig.InForce.LogLevel, _rig.Stored.Settings.Sources[0].Value.Interval));
    }

    [Fact]
    public async Task Desired_KeyTwice_IsRejectedAndNeitherValueIsTaken()
    {
        Cloud.Rewrite = text => text.Replace("\"x\":\"@RAW@\"", "\"logLevel\":\"debug\"", StringComparison.Ordinal);
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"logLevel":"warning","x":"@RAW@"}""");
        await LastChangeAsync("rejected");
        Assert.Contains("stands there twice", (string?)Cloud.Shadow.Reported["rejected"]!["logLevel"]);
        Assert.Equal(LogLevel.Information, _rig.InForce.LogLevel);
    }

    [Fact]
    public async Task Desired_RoleAliasThatNoReaderExpects_IsRejectedAndTheAliasStays()
    {
        Cloud.Rewrite = text => HostileText.Put("half a character", text);
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire($$$"""{"roleAlias":{{{HostileText.Placeholder}}}}""");
        await LastChangeAsync("rejected");
        Assert.Contains("half a character", (string?)Cloud.Shadow.Reported["rejected"]!["roleAlias"]);
        Assert.Empty(_rig.Rotation.Asked);
    }

    [Fact]
    public async Task Desired_Settings_SurviveARestart()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":2}}""");
        await LastChangeAsync("applied");
        await Cloud.DownAsync();
        await _rig.RestartAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), _rig.Stored.Settings.Sources[0].Value.Interval);
    }

    [Fact]
    public async Task Desired_KeyTakenOut_GoesBackToTheConfiguredValue()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":2},"upload":{"batchSize":10}}""");
        await LastChangeAsync("applied");
        Cloud.Shadow.Desire("""{"source":null}""");
        await Cloud.WaitAsync(() => _rig.InForce.Sources[0].Interval == TimeSpan.FromSeconds(5), "the configured interval");
        Assert.Equal(10, _rig.InForce.Upload.BatchSize);
    }

    [Fact]
    public async Task Desired_InvalidValue_ChangesNothingAndSaysWhatIsRight()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":2},"upload":{"batchSize":99}}""");
        await LastChangeAsync("rejected");

        var reported = Cloud.Shadow.Reported;
        Assert.Equal("invalidSettings", (string?)reported["lastChange"]!["code"]);
        Assert.Contains("must be a whole number from 1 to 25", (string?)reported["rejected"]!["upload.batchSize"]);
        Assert.Contains("upload.batchSize", (string?)reported["rejected"]!["source.intervalSeconds"]);
        Assert.Equal(TimeSpan.FromSeconds(5), _rig.InForce.Sources[0].Interval);

        // What was right itself gets its chance with the correction.
        Cloud.Shadow.Desire("""{"upload":{"batchSize":9}}""");
        await LastChangeAsync("applied");
        Assert.Equal((TimeSpan.FromSeconds(2), 9), (_rig.InForce.Sources[0].Interval, _rig.InForce.Upload.BatchSize));
        await Cloud.WaitAsync(() => Cloud.Shadow.Reported["rejected"] is null, "nothing rejected any more");
    }

    [Fact]
    public async Task Desired_UnknownKey_IsRefusedByNameAndBlocksNothing()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"source":{"intervalSecond":3,"intervalSeconds":3},"stateDirectory":"/etc"}""");
        await LastChangeAsync("rejected");

        var rejected = Cloud.Shadow.Reported["rejected"]!;
        Assert.Contains("intervalSeconds", (string?)rejected["source.intervalSecond"]);
        Assert.NotNull(rejected["stateDirectory"]);
        Assert.Equal(TimeSpan.FromSeconds(3), _rig.InForce.Sources[0].Interval);
    }

    [Fact]
    public async Task Desired_MoreThanSevenKilobytes_IsRefusedByNameAndLaterReportsArrive()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire($$"""{"note":"{{new string('x', 7400)}}"}""");
        await LastChangeAsync("rejected");
        Assert.Contains("note: cannot be set remotely", (string?)Cloud.Shadow.Reported["lastChange"]!["reason"]);
        Assert.Matches("^desired has 74[0-9]{2} of 8192 bytes$", (string?)Cloud.Shadow.Reported["shortened"]);
        Assert.Contains("reports are shortened", _rig.Status.Problem);

        Cloud.Shadow.Desire("""{"logLevel":"debug"}""");
        await LastChangeAsync("applied");
        Assert.Equal(LogLevel.Debug, _rig.InForce.LogLevel);
        Assert.Equal(0, Cloud.Shadow.Refusals);

        // It is taken out again.
        Cloud.Shadow.Desire("""{"note":null}""");
        await Cloud.WaitAsync(() => Cloud.Shadow.Reported["shortened"] is null && Cloud.Shadow.Reported["agent"] is not null, "the whole report");
        Assert.Null(_rig.Status.Problem);
    }

    [Theory]
    [InlineData(7600)]
    [InlineData(7900)]
    [InlineData(8040)]
    public async Task Desired_EvenMore_TheOutcomeIsStillReported(int length)
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire($$"""{"note":"{{new string('x', length)}}"}""");
        await LastChangeAsync("rejected");
        Assert.Equal("unknownSetting", (string?)Cloud.Shadow.Reported["lastChange"]!["code"]);
        Assert.Equal(0, Cloud.Shadow.Refusals);
    }

    [Fact]
    public async Task Desired_LeavesNoRoomAtAll_IsSaidOnceInLogAndStatusAndHeals()
    {
        Cloud.Shadow.Desire($$"""{"note":"{{new string('x', 8120)}}"}""");
        await _rig.StartAsync();
        await _rig.PassTimeUntilAsync(() => _rig.Status.Problem?.Contains("there is no room for any report", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(1), "the problem");
        await _rig.PassTimeUntilAsync(() => _rig.Record.LastChange is not null, TimeSpan.FromMinutes(1), "it is refused");
        for (var i = 0; i < 60; i++) await _rig.Time.StepAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((0, 0), (Cloud.Shadow.Refusals, Cloud.Shadow.Reports.Count));
        Assert.Single(_rig.Log.Entries, e => e.Id == 2621);

        Cloud.Shadow.Desire("""{"note":null}""");
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["health"] == "ok", "the whole report");
    }

    [Fact]
    public async Task Report_ThatAwsCountsOtherwise_IsMadeSmallerUntilItIsTaken()
    {
        Cloud.Shadow.Limit = 400;
        await _rig.StartAsync();
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > 0, TimeSpan.FromMinutes(2), "a report");
        Assert.InRange(Cloud.Shadow.Refusals, 1, 4);
        Assert.Equal("fleet-ddb", (string?)Cloud.Shadow.Reported["roleAlias"]);
    }

    [Fact]
    public async Task Desired_AThousandUnknownKeys_TheKnownOneIsAppliedAndTheOthersAreCounted()
    {
        await _rig.StartReportedAsync();
        var keys = string.Join(',', Enumerable.Range(0, 700).Select(i => $"\"k{i}\":1"));
        Cloud.Shadow.Desire($$"""{{{keys}},"logLevel":"debug"}""");
        await LastChangeAsync("rejected");
        Assert.Equal(LogLevel.Debug, _rig.InForce.LogLevel);
        Assert.Equal(700, Cloud.Shadow.Reported["rejected"]!.AsObject().Count + (int)Cloud.Shadow.Reported["moreRejected"]!);
        Assert.Equal(0, Cloud.Shadow.Refusals);
    }

    [Fact]
    public async Task PublishThatEndsTheConnection_IsNamedInLogAndStatusAndNotRepeatedInALoop()
    {
        var update = $"{FakeCloud.Prefix}/shadow/name/device-agent/update";
        Cloud.FatalPublishes.Add(update);
        await _rig.StartAsync();
        await _rig.PassTimeUntilAsync(() => _rig.Status.Problem?.Contains($"It must allow iot:Publish on topic/{update}", StringComparison.Ordinal) == true, TimeSpan.FromMinutes(2), "the problem");
        Assert.Contains(_rig.Log.Entries, e => e.Id == 2603 && e.Text.Contains(update, StringComparison.Ordinal));
        for (var i = 0; i < 50; i++) await _rig.Time.StepAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(_rig.Client.FatalSends, 3, 4);

        // What is desired and jobs go on meanwhile.
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":2}}""");
        await _rig.PassTimeUntilAsync(() => _rig.InForce.Sources[0].Interval == TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1), "the desired interval");
        Cloud.Jobs.Create("j1", """{"operation":"set-config","settings":{"logLevel":"debug"}}""");
        await Cloud.WaitAsync(() => Cloud.Jobs["j1"].Status == "SUCCEEDED", "the job");
        Cloud.FatalPublishes.Clear();
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > 0, TimeSpan.FromMinutes(15), "the report");
        await _rig.PassTimeUntilAsync(() => _rig.Status.Problem is null, TimeSpan.FromMinutes(1), "no problem any more");
    }

    [Fact]
    public async Task Desired_RoleAlias_IsRotatedOnce()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2"}""");
        await LastChangeAsync("applied");
        Cloud.Shadow.Desire("""{"source":{"intervalSeconds":7}}""");
        await Cloud.WaitAsync(() => (double?)Cloud.Shadow.Reported["source"]!["intervalSeconds"] == 7, "the other change");
        await _rig.RestartAsync();
        await Cloud.WaitAsync(() => Cloud.Shadow.Gets >= 3, "the shadow is read again");

        Assert.Equal(["fleet-v2"], _rig.Rotation.Asked);
        Assert.Equal("fleet-v2", (string?)Cloud.Shadow.Reported["roleAlias"]);
    }

    [Fact]
    public async Task Desired_RoleAliasRefused_IsTriedAgainOnlyWhenWrittenAnew()
    {
        _rig.Rotation.Outcomes["gone"] = ChangeOutcome.RolledBack("writesDenied", "the role may not write");
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"roleAlias":"gone"}""");
        await LastChangeAsync("rolledBack");
        Assert.Equal("the role may not write", (string?)Cloud.Shadow.Reported["rejected"]!["roleAlias"]);
        Assert.Equal("writesDenied", (string?)Cloud.Shadow.Reported["lastChange"]!["code"]);

        await _rig.RestartAsync();
        Cloud.Shadow.Desire("""{"logLevel":"debug"}""");
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["logLevel"] == "debug", "the other change");
        Assert.Single(_rig.Rotation.Asked);

        Cloud.Shadow.Desire("""{"roleAlias":"gone"}""");
        await Cloud.WaitAsync(() => _rig.Rotation.Asked.Count == 2, "tried again");
    }

    [Fact]
    public async Task Desired_WhileAChangeIsMade_TheNewestIsAppliedOnce()
    {
        var gate = new TaskCompletionSource();
        _rig.Rotation.Gate = gate.Task;
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"roleAlias":"a"}""");
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["executing"]?["step"] == "fetching", "the step is reported meanwhile");
        foreach (var alias in new[] { "b", "c", "d" }) Cloud.Shadow.Desire($$"""{"roleAlias":"{{alias}}"}""");
        await Cloud.WaitAsync(() => Cloud.Shadow.Gets >= 3, "the shadow is read meanwhile");
        gate.SetResult();
        await Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "d" && Cloud.Shadow.Reported["executing"] is null, "the newest");

        Assert.Equal("a", _rig.Rotation.Asked[0]);
        Assert.Equal(1, _rig.Rotation.Asked.Count(a => a == "d"));
    }

    [Fact]
    public async Task Delta_OldOrDoubled_IsIgnored()
    {
        await _rig.StartReportedAsync();
        Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2"}""");
        await LastChangeAsync("applied");
        var (gets, ignored) = (Cloud.Shadow.Gets, _rig.Log.Entries.Count(e => e.Id == 2611));
        Cloud.Shadow.Replay(1, """{"roleAlias":"old"}""");
        Cloud.Shadow.Replay(2, """{"roleAlias":"old"}""");
        await WaitForLogAsync(2611, ignored + 2);

        Assert.Equal(["fleet-v2"], _rig.Rotation.Asked);
        Assert.Equal(gets, Cloud.Shadow.Gets);
    }

    [Fact]
    public async Task Report_NothingChanged_SendsNothingUntilThePeriodIsOver()
    {
        await _rig.StartReportedAsync();
        var reports = Cloud.Shadow.Reports.Count;
        for (var i = 0; i < 50; i++)
        {
            _rig.Spool.Fill(1);
            await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        }

        Assert.Equal(reports, Cloud.Shadow.Reports.Count);
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > reports, TimeSpan.FromSeconds(70), "the levels");
        Assert.Equal("""["status"]""", System.Text.Json.JsonSerializer.Serialize(Cloud.Shadow.Reports[^1].Select(p => p.Key)));
    }

    [Fact]
    public async Task Report_OnlyCountersChange_IsSentOnceInTwelvePeriods()
    {
        await _rig.StartReportedAsync();
        var reports = Cloud.Shadow.Reports.Count;
        for (var minute = 0; minute < 59; minute++)
        {
            if (minute % 20 == 0) _rig.Spool.Fill(1);
            _rig.Time.Advance(TimeSpan.FromMinutes(1) - ShadowService.LookPeriod);
            await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        }

        Assert.Equal(reports, Cloud.Shadow.Reports.Count);
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > reports, TimeSpan.FromMinutes(2), "the sign of life");
    }

    /// <summary>The first report comes before the first upload; whoever looks at the fleet would not know for an hour that anything arrives.</summary>
    [Fact]
    public async Task Report_FirstUpload_IsToldWhenThePeriodIsOverAndLaterOnesAreNot()
    {
        await _rig.StartReportedAsync();
        var reports = Cloud.Shadow.Reports.Count;
        _rig.Upload.Succeeded();
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > reports, TimeSpan.FromSeconds(320), "the first upload");
        Assert.NotNull(Cloud.Shadow.Reports[^1][ReportedState.Levels]![ReportedState.LastUploadName]);
        await _rig.Time.RoundAsync(ShadowService.LookPeriod);

        reports = Cloud.Shadow.Reports.Count;
        for (var minute = 0; minute < 30; minute++)
        {
            _rig.Upload.Succeeded();
            _rig.Time.Advance(TimeSpan.FromMinutes(1) - ShadowService.LookPeriod);
            await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        }

        Assert.Equal(reports, Cloud.Shadow.Reports.Count);
    }

    [Fact]
    public async Task Report_DataBudgetIsShort_SaysSoAtOnceAndABacklogEveryTwoHoursAtMost()
    {
        _rig.Configure("dataBudget", """{ "megabytesPerMonth": 30 }""");
        await _rig.StartReportedAsync();
        Assert.False(Cloud.Shadow.Reports[^1].ContainsKey(ReportedState.BudgetShortName));
        var reports = Cloud.Shadow.Reports.Count;

        _rig.Traffic.Meter.Count(TrafficPurpose.Telemetry, new ByteCount(40_000_000, 0));
        Assert.NotNull(_rig.Budget.Wait());
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Reports.Count > reports, TimeSpan.FromMinutes(1), "the budget is short");
        Assert.True((bool)Cloud.Shadow.Reports[^1][ReportedState.BudgetShortName]!);
        await _rig.Time.RoundAsync(ShadowService.LookPeriod);

        for (var minute = 0; minute < 23 * 60; minute += 30)
        {
            _rig.Spool.Fill(200);
            Assert.NotNull(_rig.Budget.Wait());
            _rig.Time.Advance(TimeSpan.FromMinutes(30) - (3 * ShadowService.LookPeriod));

            // A report that is still on its way would be given up when half an hour passes at once.
            for (var round = 0; round < 3; round++) await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        }

        Assert.InRange(Cloud.Shadow.Reports.Count - reports, 2, 1 + (23 / 2));
    }

    [Fact]
    public async Task Report_ConnectionIsMadeAgainAndNothingDiffers_IsNotSent()
    {
        await _rig.StartReportedAsync();
        var (reports, gets) = (Cloud.Shadow.Reports.Count, Cloud.Shadow.Gets);
        _rig.Spool.Fill(3);
        await Cloud.DownAsync();
        await Cloud.UpAsync();
        await _rig.PassTimeUntilAsync(() => Cloud.Shadow.Gets > gets, TimeSpan.FromMinutes(1), "the shadow is read again");
        for (var i = 0; i < 10; i++) await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        Assert.Equal(reports, Cloud.Shadow.Reports.Count);
    }

    [Fact]
    public async Task Report_HealthComesAndGoes_IsSentAtOnceAtFirstThenOnceAPeriod()
    {
        await _rig.StartReportedAsync();
        for (var i = 0; i < 10; i++)
        {
            _rig.Spool.IsOnDisk = !_rig.Spool.IsOnDisk;
            await _rig.Time.RoundAsync(ShadowService.LookPeriod);
        }

        Assert.InRange(HealthReports(), 4, 5);
        var (before, health) = (HealthReports(), (string?)Cloud.Shadow.Reported["health"]);
        _rig.Spool.IsOnDisk = health != "ok";
        await _rig.PassTimeUntilAsync(() => (string?)Cloud.Shadow.Reported["health"] != health, TimeSpan.FromMinutes(6), "what it is in the end");
        Assert.Equal(before + 1, HealthReports());
    }

    [Fact]
    public async Task Subscription_Refused_IsSaidOnceAndTriedAgainSlowly()
    {
        Cloud.RefusedFilters.Add("/update/delta");
        await _rig.StartAsync();
        await WaitForLogAsync(2603, 1);
        Assert.Contains("iot:Subscribe on topicfilter/$aws/things/boiler-07/shadow/name/device-agent/update/delta", _rig.Status.Problem);

        await _rig.PassTimeUntilAsync(() => _rig.Client.Subscribes.Count(s => s.EndsWith("/update/delta", StringComparison.Ordinal)) == 3, TimeSpan.FromMinutes(25), "three attempts");
        Assert.Single(_rig.Log.Entries, e => e.Id == 2603);
        Cloud.RefusedFilters.Clear();
        Cloud.Shadow.Desire("""{"roleAlias":"fleet-v2"}""");
        await _rig.PassTimeUntilAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "fleet-v2", TimeSpan.FromMinutes(15), "applied in the end");
        Assert.Equal(["fleet-v2"], _rig.Rotation.Asked);
        Assert.Null(_rig.Status.Problem);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_Flapping_NewestDesiredStateIsAppliedOnce(bool sessionPresent)
    {
        await _rig.StartReportedAsync();
        for (var i = 1; i <= 20; i++)
        {
            await Cloud.DownAsync(i % 2 == 0 ? MqttDisconnectReason.SessionTakenOver : MqttDisconnectReason.ConnectionLost);
            Cloud.Shadow.Desire($$"""{"roleAlias":"fleet-{{i}}"}""");
            if (i % 4 == 0) _rig.Time.Advance(TimeSpan.FromMinutes(3));
            if (i == 20) Cloud.Shadow.Desire("""{"roleAlias":"fleet-last"}""");
            await Cloud.UpAsync(sessionPresent);
        }

        await _rig.PassTimeUntilAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "fleet-last", TimeSpan.FromMinutes(5), "the newest");
        Assert.Equal(1, _rig.Rotation.Asked.Count(a => a == "fleet-last"));
        Assert.Equal(_rig.Rotation.Asked.Distinct(), _rig.Rotation.Asked);
    }

    [Fact]
    public async Task Broker_DownForAnHour_NewestDesiredStateIsAppliedOnceAfterwards()
    {
        await _rig.StartReportedAsync();
        await Cloud.DownAsync();
        for (var minute = 0; minute < 60; minute++)
        {
            _rig.Time.Advance(TimeSpan.FromMinutes(1));
            Cloud.Shadow.Desire($$"""{"roleAlias":"fleet-{{minute}}"}""");
        }

        await Cloud.UpAsync();
        await _rig.PassTimeUntilAsync(() => (string?)Cloud.Shadow.Reported["roleAlias"] == "fleet-59", TimeSpan.FromMinutes(1), "the newest");
        Assert.Equal(["fleet-59"], _rig.Rotation.Asked);
    }

    private Task LastChangeAsync(string outcome) =>
        Cloud.WaitAsync(() => (string?)Cloud.Shadow.Reported["lastChange"]?["outcome"] == outcome && Cloud.Shadow.Reported["executing"] is null, outcome);

    private int HealthReports() => Cloud.Shadow.Reports.Count(r => r.ContainsKey("health"));

    private Task WaitForLogAsync(int id, int count) =>
        _rig.PassTimeUntilAsync(() => _rig.Log.Entries.Count(e => e.Id == id) >= count, TimeSpan.FromMinutes(1), $"log {id}");
}
