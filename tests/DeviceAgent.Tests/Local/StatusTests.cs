using System.Text.Json;
using System.Text.RegularExpressions;
using DeviceAgent.Commands;
using DeviceAgent.Credentials;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Traffic;

namespace DeviceAgent.Tests.Local;

public sealed class StatusTests
{
    [Fact]
    public async Task Status_NoCredentials_SaysWhyAndWhatToDo()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        await Assert.ThrowsAsync<CredentialsUnavailableException>(async () => await endpoint.Cache.GetAsync());
        using var response = await endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(response);
        Assert.Equal("boiler-07", status.GetProperty("thing").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", status.GetProperty("version").GetString());
        Assert.Matches("^([0-9a-f]{12}|unknown)$", status.GetProperty("commit").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", status.GetProperty("built").GetString());
        Assert.True(status.GetProperty("uptime_seconds").GetDouble() >= 0);
        var credentials = status.GetProperty("credentials");
        Assert.False(credentials.GetProperty("valid").GetBoolean());
        Assert.Equal("look at it", credentials.GetProperty("last_failure").GetProperty("remedy").GetString());
        Assert.Equal(503, credentials.GetProperty("last_failure").GetProperty("status_code").GetInt32());
        Assert.Equal(
            """{"in_force":"fleet-ddb","configured":"fleet-ddb","phase":"settled","candidate":null,"previous":null,"last_change":null}""",
            status.GetProperty("role_alias").GetRawText());
        Assert.Equal(
            """{"mode":"idle","reason":null,"remedy":null,"next_attempt_in_seconds":null,"seconds_since_success":null,"requests_in_flight":0,"readings_in_flight":0,"concurrency":1}""",
            status.GetProperty("upload").GetRawText());
        Assert.Equal(
            """{"count":3,"count_by_class":{"low":1,"normal":2,"critical":0},"unknown_time":0,"bytes":300,"quota_bytes":1000,"oldest_age_seconds":90,"dead_letters":0,"on_disk":true,"readable":true,"memory_reason":null,"in_memory":0,"shed":{"low":4,"normal":0,"critical":0},"salvaged":0,"quarantined":0}""",
            status.GetProperty("spool").GetRawText());
    }

    [Fact]
    public async Task Status_FirstRequestWaits_SaysUntilWhenAndWhy()
    {
        await using var port = await CredentialsPortFixture.StartInTheSpreadAsync();
        var waiting = port.Endpoint.Cache.GetAsync().AsTask();
        using var response = await port.Endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(response);
        var wait = status.GetProperty("credentials").GetProperty("start_wait");
        Assert.InRange(wait.GetProperty("seconds_left").GetDouble(), 1, 3600);
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Matches(@"(?m)^credentials   none yet, asked for in \d+ (min|s) \(at 20\d\d-[-0-9T:.]+Z\): a random time after the start, so that devices that start together do not ask together$", text.ToString());

        port.Endpoint.Cache.SkipStartSpread();
        await waiting;
        using var after = await port.Endpoint.GetAsync("/v1/status");
        Assert.False((await TestEndpoint.JsonAsync(after)).GetProperty("credentials").TryGetProperty("start_wait", out _));
    }

    [Fact]
    public async Task Status_SensorWithAnImpossibleValue_IsMarkedAndCounted()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using (var before = await endpoint.GetAsync("/v1/status")) Assert.False((await TestEndpoint.JsonAsync(before)).TryGetProperty("sensors", out _));
        endpoint.Sensors.All =
        [
            new SensorState("lm75_temp1", "platform/i2c/0048/temp1", SensorCondition.Good, null, 0),
            new SensorState("sht3x_humidity1", "platform/i2c/0044/humidity1", SensorCondition.OutOfRange, "outside the physical range of 0 to 100 %", 7),
        ];

        using var response = await endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(response);
        Assert.Equal(
            """[{"name":"lm75_temp1","id":"platform/i2c/0048/temp1","condition":"good","problem":null,"out_of_range":0},{"name":"sht3x_humidity1","id":"platform/i2c/0044/humidity1","condition":"outOfRange","problem":"outside the physical range of 0 to 100 %","out_of_range":7}]""",
            status.GetProperty("sensors").GetRawText());

        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains("sensors       1 of 2 have a value", text.ToString());
        Assert.Contains("sht3x_humidity1 at platform/i2c/0044/humidity1: LEFT OUT, outside the physical range of 0 to 100 % (7 values out of range since the start)", text.ToString());
    }

    [Fact]
    public async Task Status_SourceIsSimulated_SaysThatTheReadingsAreMadeUp()
    {
        const string notice = "the readings are made up: source.kind is simulated; linux reads the sensors of this device, none leaves the readings to other programs";
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Sources[0].Set(new SourceOptions { Kind = SourceKind.Simulated });
        var status = await StatusAsync();
        Assert.Equal($$"""[{"name":null,"kind":"simulated","simulated":true,"notice":"{{notice}}"}]""", status.GetProperty("sources").GetRawText());
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains($"\nsource        simulated: {notice}\n", text.ToString());

        endpoint.Sources[0].Set(new SourceOptions { Kind = SourceKind.Linux, Name = "room" });
        status = await StatusAsync();
        Assert.Equal("""[{"name":"room","kind":"linux","simulated":false,"notice":null}]""", status.GetProperty("sources").GetRawText());
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains("\nsource        room (linux)\n", text.ToString());

        async Task<JsonElement> StatusAsync()
        {
            using var response = await endpoint.GetAsync("/v1/status");
            return await TestEndpoint.JsonAsync(response);
        }
    }

    [Fact]
    public async Task Status_SomethingWasSent_HasTheBytesByPurpose()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Traffic.Count(TrafficPurpose.Telemetry, new ByteCount(2048, 512));
        endpoint.Traffic.Count(TrafficPurpose.Credentials, new ByteCount(0, 5120));

        using var response = await endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(response);
        const string counts = """{"credentials":{"bytes_sent":0,"bytes_received":5120},"telemetry":{"bytes_sent":2048,"bytes_received":512},"control":{"bytes_sent":0,"bytes_received":0}}""";
        var traffic = status.GetProperty("traffic");
        Assert.All(["since_start", "today", "this_month"], name => Assert.Equal(counts, traffic.GetProperty(name).GetRawText()));
        Assert.Matches(@"^\d{4}-\d\d-\d\d$", traffic.GetProperty("day").GetString());

        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains("traffic       since the start 2 KiB sent, 5.5 KiB received (credentials 5 KiB, telemetry 2.5 KiB, control 0 KiB)", text.ToString());
        Assert.DoesNotContain("budget", text.ToString());
        Assert.False(traffic.TryGetProperty("budget", out _));
        Assert.Contains("              this month 2 KiB sent,", text.ToString());

        using var metrics = await endpoint.GetAsync("/metrics");
        Assert.Contains("device_agent_wire_bytes_sent_total{purpose=\"telemetry\"} 2048\n", await metrics.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v1/status")]
    [InlineData("/metrics")]
    public async Task Answers_WithCredentialsHeld_HoldNoSecret(string path)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Fetched = new FetchResult.Success(new TemporaryCredentials
        {
            AccessKeyId = "ASIA1",
            SecretAccessKey = new Secret(TestEndpoint.Canary),
            SessionToken = new Secret(TestEndpoint.Canary),
            Expiration = TimeProvider.System.GetUtcNow().AddHours(1),
            Lifetime = TimeSpan.FromHours(1),
            ReceivedAt = TimeProvider.System.GetTimestamp(),
            ClockOffset = TimeSpan.Zero,
        });
        await endpoint.Cache.GetAsync();
        using var response = await endpoint.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("canary", text, StringComparison.OrdinalIgnoreCase);
        if (path == "/v1/status") Assert.Contains("\"valid\":true", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "suffices")]
    [InlineData(4_000_000_000, "SHORT: what is not critical waits, ")]
    public async Task Status_DataBudget_SaysWhetherItSuffices(long used, string expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Budget.Set(new DataBudgetOptions { MegabytesPerDay = 0.5, MegabytesPerMonth = 4000 });
        endpoint.Traffic.Count(TrafficPurpose.Telemetry, new ByteCount(used, 0));

        using var response = await endpoint.GetAsync("/v1/status");
        var status = await TestEndpoint.JsonAsync(response);
        var budget = status.GetProperty("traffic").GetProperty("budget");
        Assert.Equal((0.5, 4000, used > 0), (budget.GetProperty("megabytes_per_day").GetDouble(), budget.GetProperty("megabytes_per_month").GetDouble(), budget.GetProperty("seconds_until_room").GetDouble() > 0));
        Assert.Equal(used > 0, budget.GetProperty("short").GetBoolean());
        await using var text = new StringWriter();
        await StatusText.WriteAgentAsync(text, status, "by the socket");
        Assert.Contains($"              budget 0.5 MB a day, 4000 MB a month: {expected}", text.ToString());
        Assert.Equal(used > 0, text.ToString().Contains("upload        waits for the data budget, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Metrics_AfterReadings_CountThemInPrometheusFormat()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using (await endpoint.PostAsync("""[{"t":1},{"t":2},{"t":1e999}]""")) endpoint.Metrics.Evicted.Add(2, KeyValuePair.Create<string, object?>("class", "low"));
        using var response = await endpoint.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("device_agent_readings_read_total 3", lines);
        Assert.Contains("device_agent_readings_refused_total 1", lines);
        Assert.Contains("device_agent_readings_uploaded_total 0", lines);
        Assert.Contains("device_agent_readings_shed_total{class=\"low\"} 2", lines);
        Assert.Contains(lines, l => l.StartsWith("process_disk_bytes_written_total ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("process_resident_memory_bytes ", StringComparison.Ordinal));
        Assert.All(lines, l => Assert.Matches(new Regex(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="".*""(,[a-z]+="".*"")*\})? -?[0-9.E+-]+)$"), l));
        var types = lines.Where(l => l.StartsWith("# TYPE", StringComparison.Ordinal)).ToList();
        Assert.Equal(types.Count, types.Distinct().Count());
    }
}
