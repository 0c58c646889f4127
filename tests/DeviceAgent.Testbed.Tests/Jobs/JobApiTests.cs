using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Tests.Registry;

namespace DeviceAgent.Testbed.Tests.Jobs;

public sealed class JobApiTests : IAsyncLifetime
{
    private const string Target = """ "targets":["arn:aws:iot:us-east-1:123456789012:thing/t01"],"document":"{}" """;

    private RegistryHost _host = null!;

    private JobControl Control => _host.World.Jobs.Control;

    public async Task InitializeAsync()
    {
        _host = await RegistryHost.StartAsync();
        _host.World.Registry.Things.Create("t01", null, new Dictionary<string, string>());
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task CreateJob_OnlyTargets_TakesTheDefaults()
    {
        var (status, created, _) = await _host.SendAsync("PUT", "/jobs/j-1", $$"""{ {{Target}} }""");
        var (_, described, _) = await _host.SendAsync("GET", "/jobs/j-1");

        Assert.Equal(200, status);
        Assert.Equal("""{"jobArn":"arn:aws:iot:us-east-1:123456789012:job/j-1","jobId":"j-1"}""", created.ToJsonString());
        var job = described["job"]!.AsObject();
        Assert.Equal(("SNAPSHOT", "IN_PROGRESS", false), ((string?)job["targetSelection"], (string?)job["status"], (bool)job["isConcurrent"]!));
        Assert.Equal(
            """{"numberOfCanceledThings":0,"numberOfSucceededThings":0,"numberOfFailedThings":0,"numberOfRejectedThings":0,"numberOfQueuedThings":1,"numberOfInProgressThings":0,"numberOfRemovedThings":0,"numberOfTimedOutThings":0,"processingTargets":[]}""",
            job["jobProcessDetails"]!.ToJsonString());
        Assert.All(["abortConfig", "timeoutConfig", "jobExecutionsRetryConfig", "schedulingConfig", "completedAt", "reasonCode", "forceCanceled"], absent => Assert.False(job.ContainsKey(absent)));
    }

    [Theory]
    [InlineData("""{"maximumPerMinute":1000}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":1.1,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}}}""")]
    [InlineData("""{"maximumPerMinute":50,"exponentialRate":{"baseRatePerMinute":1000,"incrementFactor":5,"rateIncreaseCriteria":{"numberOfSucceededThings":10}}}""")]
    public async Task RolloutConfig_WithinItsLimits_IsTold(string config) => await AcceptsAsync("jobExecutionsRolloutConfig", config);

    [Theory]
    [InlineData("""{"maximumPerMinute":0}""")]
    [InlineData("""{"maximumPerMinute":1001}""")]
    [InlineData("""{"maximumPerMinute":1.5}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":0,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}}}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":1.0,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}}}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":5.1,"rateIncreaseCriteria":{"numberOfNotifiedThings":1}}}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":2,"rateIncreaseCriteria":{}}}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":2,"rateIncreaseCriteria":{"numberOfNotifiedThings":1,"numberOfSucceededThings":1}}}""")]
    [InlineData("""{"exponentialRate":{"baseRatePerMinute":1,"incrementFactor":2}}""")]
    public async Task RolloutConfig_OutsideItsLimits_IsRefused(string config) => await RefusesAsync("jobExecutionsRolloutConfig", config);

    [Theory]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","action":"CANCEL","thresholdPercentage":10.25,"minNumberOfExecutedThings":5},{"failureType":"TIMED_OUT","action":"CANCEL","thresholdPercentage":100,"minNumberOfExecutedThings":1}]}""")]
    public async Task AbortConfig_WithinItsLimits_IsTold(string config) => await AcceptsAsync("abortConfig", config);

    [Theory]
    [InlineData("""{"criteriaList":[]}""")]
    [InlineData("{}")]
    [InlineData("""{"criteriaList":["x"]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"SUCCEEDED","action":"CANCEL","thresholdPercentage":10,"minNumberOfExecutedThings":5}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","action":"PAUSE","thresholdPercentage":10,"minNumberOfExecutedThings":5}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","action":"CANCEL","thresholdPercentage":100.1,"minNumberOfExecutedThings":5}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","action":"CANCEL","thresholdPercentage":10,"minNumberOfExecutedThings":0}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","action":"CANCEL","thresholdPercentage":10}]}""")]
    public async Task AbortConfig_OutsideItsLimits_IsRefused(string config) => await RefusesAsync("abortConfig", config);

    [Theory]
    [InlineData("""{"criteriaList":[{"failureType":"FAILED","numberOfRetries":10},{"failureType":"TIMED_OUT","numberOfRetries":0}]}""")]
    public async Task RetryConfig_WithinItsLimits_IsTold(string config) => await AcceptsAsync("jobExecutionsRetryConfig", config);

    [Theory]
    [InlineData("""{"criteriaList":[{"failureType":"REJECTED","numberOfRetries":1}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"FAILED","numberOfRetries":11}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"FAILED","numberOfRetries":1},{"failureType":"FAILED","numberOfRetries":2}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"ALL","numberOfRetries":1},{"failureType":"FAILED","numberOfRetries":2}]}""")]
    [InlineData("""{"criteriaList":[{"failureType":"FAILED","numberOfRetries":1},{"failureType":"TIMED_OUT","numberOfRetries":1},{"failureType":"ALL","numberOfRetries":1}]}""")]
    public async Task RetryConfig_OutsideItsLimits_IsRefused(string config) => await RefusesAsync("jobExecutionsRetryConfig", config);

    [Theory]
    [InlineData("""{"inProgressTimeoutInMinutes":0}""")]
    [InlineData("""{"inProgressTimeoutInMinutes":10081}""")]
    public async Task TimeoutConfig_OutsideItsLimits_IsRefused(string config) => await RefusesAsync("timeoutConfig", config);

    [Theory]
    [InlineData(31, 62, 200)]
    [InlineData(29, 70, 400)]
    [InlineData(31, 60, 400)]
    [InlineData(null, 31, 200)]
    [InlineData(null, 29, 400)]
    public async Task SchedulingConfig_Times_NeedHalfAnHour(int? start, int end, int expected)
    {
        // Times are whole minutes.
        _host.World.Time.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (_host.World.Time.GetUtcNow().Ticks % TimeSpan.TicksPerMinute)));
        var config = new JsonObject { ["endTime"] = At(end), ["endBehavior"] = "CANCEL" };
        if (start is { } minutes) config["startTime"] = At(minutes);

        var (status, body, _) = await _host.SendAsync("PUT", "/jobs/j", $$"""{ {{Target}},"schedulingConfig":{{config.ToJsonString()}}}""");

        Assert.True(expected == status, body.ToJsonString());
        if (expected == 200) Assert.Equal(start is null ? JobStatus.InProgress : JobStatus.Scheduled, Control.Get("j").Status);

        string At(int after) => _host.World.Time.GetUtcNow().AddMinutes(after).ToString("yyyy-MM-dd'T'HH:mm");
    }

    [Theory]
    [InlineData("\"description\":\"\"")]
    [InlineData("\"description\":\"two\\nlines\"")]
    [InlineData("\"targetSelection\":\"ALL\"")]
    [InlineData("\"schedulingConfig\":{\"startTime\":\"tomorrow\"}")]
    public async Task CreateJob_OtherMembersOutsideTheirLimits_AreRefused(string member)
    {
        var (status, _, response) = await _host.SendAsync("PUT", "/jobs/j", $$"""{ {{Target}},{{member}}}""");

        Assert.Equal((400, "InvalidRequestException"), (status, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        Assert.Empty(Control.List());
    }

    [Theory]
    [InlineData("documentSource", "\"https://s3.amazonaws.com/b/k\"")]
    [InlineData("jobTemplateArn", "\"arn:aws:iot:us-east-1:123456789012:jobtemplate/t\"")]
    [InlineData("presignedUrlConfig", "{\"expiresInSec\":60}")]
    [InlineData("documentParameters", "{\"a\":\"b\"}")]
    [InlineData("namespaceId", "\"n\"")]
    [InlineData("tags", "[]")]
    public async Task CreateJob_WhatIsNotPlayed_IsRefusedByName(string member, string value)
    {
        var (status, body, _) = await _host.SendAsync("PUT", "/jobs/j", $$"""{ {{Target}},"{{member}}":{{value}}}""");

        Assert.Equal(400, status);
        Assert.Contains(member, (string?)body["message"]);
    }

    [Fact]
    public async Task ListJobs_InPages_NewestFirst()
    {
        for (var i = 0; i < 5; i++)
        {
            Control.Create($"j{i}", "{}", [Thing.ArnOf("t01")], i % 2 == 0 ? TargetSelection.Continuous : TargetSelection.Snapshot, new JobSettings(), null);
            _host.World.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Control.Cancel("j1", false, null, null);
        var seen = new List<string>();
        string? token = null;
        do
        {
            var (_, page, _) = await _host.SendAsync("GET", $"/jobs?maxResults=2{(token is null ? "" : $"&nextToken={Uri.EscapeDataString(token)}")}");
            seen.AddRange(page["jobs"]!.AsArray().Select(j => (string)j!["jobId"]!));
            token = (string?)page["nextToken"];
        }
        while (token is not null);

        Assert.Equal(["j4", "j3", "j2", "j1", "j0"], seen);
        Assert.Equal(["j1"], await IdsAsync("/jobs?status=CANCELED"));
        Assert.Equal(["j3", "j1"], await IdsAsync("/jobs?targetSelection=SNAPSHOT"));
        Assert.Equal(400, (await _host.SendAsync("GET", "/jobs?status=DONE")).Status);
        Assert.Equal(404, (await _host.SendAsync("GET", "/jobs?thingGroupName=none")).Status);
    }

    [Fact]
    public async Task Executions_Lists_AreFilteredAndPaged()
    {
        _host.World.Registry.Things.Create("t02", null, new Dictionary<string, string>());
        Control.Create("j", "{}", [Thing.ArnOf("t01"), Thing.ArnOf("t02")], TargetSelection.Snapshot, new JobSettings(), null);
        _host.World.Jobs.Devices.StartNext("t02", null, null);

        var (_, begun, _) = await _host.SendAsync("GET", "/jobs/j/things?status=IN_PROGRESS");
        var (_, first, _) = await _host.SendAsync("GET", "/jobs/j/things?maxResults=1");

        Assert.Equal(Thing.ArnOf("t02"), (string?)begun["executionSummaries"]![0]!["thingArn"]);
        Assert.NotNull(begun["executionSummaries"]![0]!["jobExecutionSummary"]!["startedAt"]);
        Assert.Equal(Thing.ArnOf("t01"), (string?)first["executionSummaries"]!.AsArray().Single()!["thingArn"]);
        Assert.NotNull(first["nextToken"]);
        Assert.Equal(400, (await _host.SendAsync("GET", "/jobs/j/things?status=DONE")).Status);
        Assert.Equal(404, (await _host.SendAsync("GET", "/jobs/none/things")).Status);
        Assert.Equal(404, (await _host.SendAsync("GET", "/things/nobody/jobs")).Status);
        Assert.Equal(400, (await _host.SendAsync("DELETE", "/things/t01/jobs/j/executionNumber/first")).Status);
        Assert.Equal(400, (await _host.SendAsync("PUT", "/jobs/j/cancel?force=true", """{"reasonCode":"lower"}""")).Status);
    }

    [Fact]
    public void DataRoutes_WholeTable_IsTheServiceModels()
    {
        Assert.Equal(
            [
                "GetPendingJobExecutions GET /things/{thingName}/jobs",
                "StartNextPendingJobExecution PUT /things/{thingName}/jobs/$next",
                "DescribeJobExecution GET /things/{thingName}/jobs/{jobId}",
                "UpdateJobExecution POST /things/{thingName}/jobs/{jobId}",
            ],
            new JobsDataOperations(_host.World.Jobs.Devices, _host.World.Time).Routes.Select(r => $"{r.Operation} {r.Method} {r.Template}"));
    }

    private async Task<IEnumerable<string>> IdsAsync(string target) => (await _host.SendAsync("GET", target)).Body["jobs"]!.AsArray().Select(j => (string)j!["jobId"]!);

    private async Task AcceptsAsync(string member, string config)
    {
        var (status, body, _) = await _host.SendAsync("PUT", "/jobs/j", $$"""{ {{Target}},"{{member}}":{{config}}}""");
        Assert.True(status == 200, body.ToJsonString());
        Assert.Equal(config, (await _host.SendAsync("GET", "/jobs/j")).Body["job"]![member]!.ToJsonString());
    }

    private async Task RefusesAsync(string member, string config)
    {
        var (status, _, response) = await _host.SendAsync("PUT", "/jobs/j", $$"""{ {{Target}},"{{member}}":{{config}}}""");
        Assert.Equal((400, "InvalidRequestException"), (status, response.Headers.GetValues("x-amzn-ErrorType").Single()));
        Assert.Empty(Control.List());
    }
}
