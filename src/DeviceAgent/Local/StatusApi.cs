using System.Globalization;
using System.Text;
using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Readings.Sources;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary><c>GET /v1/status</c>: a snapshot of the agent, for people and for health checks. Holds no secret, and readings only for who may use the socket.</summary>
internal sealed class StatusApi(
    AgentFacts facts, CredentialCache credentials, RoleAliasState roleAlias, UploadState upload, ISpool spool, ControlStatus control, MetricsCollector metrics, TimeProvider time,
    DeviceIdentitySource? identity = null, SensorStates? sensors = null, ListenerStates? listeners = null, EdgeReduction? reduction = null, TrafficMeter? traffic = null, DataBudget? budget = null,
    IReadOnlyList<LiveOptions<SourceOptions>>? sources = null, Health? health = null, Ingest? ingest = null, RecentLines? lines = null)
{
    public Task GetAsync(HttpContext context)
    {
        var held = credentials.Status;

        // Readings, and messages that may quote them.
        var mayRead = context.Connection.RemoteIpAddress is null || PageAdmission.HasAdmitted(context);
        return Answer.JsonAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("thing", facts.Thing);
            json.WriteString("version", AgentBuild.Current.Version);
            json.WriteString("commit", AgentBuild.Current.Commit);
            json.WriteString("built", AgentBuild.Current.Date);
            json.WriteNumber("uptime_seconds", Seconds(time.GetElapsedTime(facts.StartedAt)));
            json.WriteString("time", TimestampText.Format(time.GetUtcNow()));
            WriteSeconds(json, "clock_offset_seconds", held.ClockOffset);
            Write(json, health?.Verdict, upload.Status);
            Write(json, identity);
            Write(json, held);
            RotationJson.Write(json, "role_alias", roleAlias.Status);
            Write(json, upload.Status);
            SpoolJson.Write(json, "spool", spool.Status);
            Write(json, reduction?.Status);
            Write(json, control);
            Write(json, sources);
            if (mayRead) Write(json, ingest?.Last);
            Write(json, sensors?.All);
            Write(json, listeners?.All);
            Write(json, traffic?.Status, budget?.Status);
            if (mayRead && lines is not null) LinesJson.WriteProblem(json, "last_problem", lines.LastProblem);
            WriteCounters(json);
        });
    }

    private void Write(Utf8JsonWriter json, HealthVerdict? verdict, UploadStatus sending)
    {
        if (verdict is null) return;
        json.WriteStartObject("health");
        json.WriteBoolean("uploads", verdict.Uploads);
        json.WriteString("problem", verdict.Problem);
        WriteSeconds(json, "seconds_since_upload", verdict.Uploads ? null : sending.SinceLastSuccess ?? time.GetElapsedTime(facts.StartedAt));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, DeviceIdentitySource? source)
    {
        if (source is null) return;
        json.WriteStartObject("certificate");
        json.WriteString("id", source.Current.CertificateId);
        WriteTime(json, "not_after", source.Current.NotAfter);
        json.WriteString("path", source.Files is { } files ? DeviceIdentityOptions.Shown(files.CertificatePath) : null);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, CredentialCacheStatus status)
    {
        json.WriteStartObject("credentials");
        json.WriteBoolean("valid", status.HasValidCredentials);
        WriteTime(json, "expiration", status.Expiration);
        WriteSeconds(json, "age_seconds", status.Age);
        WriteSeconds(json, "seconds_left", status.TimeLeft);
        WriteTime(json, "next_refresh", status.NextRefresh);
        json.WriteBoolean("fetching", status.IsFetching);
        if (status.StartDelay is { } delay)
        {
            json.WriteStartObject("start_wait");
            WriteTime(json, "until", status.NextRefresh);
            WriteSeconds(json, "seconds_left", delay);
            json.WriteString("reason", status.StartDelayReason);
            json.WriteEndObject();
        }

        json.WriteNumber("fetches", status.FetchCount);
        json.WriteNumber("consecutive_failures", status.ConsecutiveFailures);
        if (status.LastFailure is { } failure)
        {
            json.WriteStartObject("last_failure");
            json.WriteString("kind", failure.Kind.ToString());
            json.WriteString("message", failure.Message);
            json.WriteString("cause", failure.Cause);
            json.WriteString("remedy", failure.Remedy);
            if (failure.StatusCode is { } code) json.WriteNumber("status_code", code);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("last_failure");
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, UploadStatus status)
    {
        json.WriteStartObject("upload");
        json.WriteString("mode", JsonNamingPolicy.CamelCase.ConvertName(status.Mode.ToString()));
        json.WriteString("reason", status.Reason);
        json.WriteString("remedy", status.Remedy);
        WriteSeconds(json, "next_attempt_in_seconds", status.NextAttemptIn);
        WriteSeconds(json, "seconds_since_success", status.SinceLastSuccess);
        json.WriteNumber("requests_in_flight", status.RequestsInFlight);
        json.WriteNumber("readings_in_flight", status.ReadingsInFlight);
        json.WriteNumber("concurrency", status.Concurrency);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReductionStatus? status)
    {
        if (status is null) return;
        json.WriteStartObject("reduction");
        json.WriteNumber("open_windows", status.OpenWindows);
        json.WriteNumber("readings_reduced", status.Reduced);
        json.WriteNumber("readings_late", status.Late);
        json.WriteBoolean("in_memory_only", status.InMemoryOnly);
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, ControlStatus status)
    {
        var connection = status.Connection;
        json.WriteStartObject("control");
        json.WriteString("connection", JsonNamingPolicy.CamelCase.ConvertName(connection.State.ToString()));
        WriteSeconds(json, "seconds_in_this_state", connection.Since is { } since ? time.GetElapsedTime(since) : null);
        json.WriteString("problem", status.Problem);
        json.WriteStartArray("remote_settings");
        foreach (var key in status.Settings) json.WriteStringValue(key);
        json.WriteEndArray();
        if (status.Executing is { } executing) json.WriteString("executing", $"{executing.What}{(status.Step is { } step ? $" ({step})" : "")}");
        else json.WriteNull("executing");
        Write(json, status.LastChange);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ChangeRecord? change)
    {
        if (change is null)
        {
            json.WriteNull("last_change");
            return;
        }

        json.WriteStartObject("last_change");
        json.WriteString("what", change.What);
        json.WriteString("by", $"{JsonNamingPolicy.CamelCase.ConvertName(change.By.ToString())} {change.Reference}");
        json.WriteString("outcome", change.Outcome.Name);
        json.WriteString("code", change.Outcome.Code);
        json.WriteString("reason", change.Outcome.Reason);
        json.WriteString("at", TimestampText.Format(change.At));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<LiveOptions<SourceOptions>>? sources)
    {
        if (sources is null) return;
        json.WriteStartArray("sources");
        foreach (var source in sources.Select(s => s.Value))
        {
            json.WriteStartObject();
            json.WriteString("name", source.Name);
            json.WriteString("kind", source.KindName);
            json.WriteBoolean("simulated", source.Kind == SourceKind.Simulated);
            json.WriteString("notice", source.Notice);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, LastReadings? readings)
    {
        if (readings is null) return;
        json.WriteStartArray("last_readings");
        foreach (var reading in readings.All) json.WriteRawValue(reading, skipInputValidation: true);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<SensorState>? sensors)
    {
        if (sensors is null) return;
        json.WriteStartArray("sensors");
        foreach (var sensor in sensors)
        {
            json.WriteStartObject();
            json.WriteString("name", sensor.Name);
            json.WriteString("id", sensor.Id);
            json.WriteString("condition", JsonNamingPolicy.CamelCase.ConvertName(sensor.Condition.ToString()));
            json.WriteString("problem", sensor.Problem);
            json.WriteNumber("out_of_range", sensor.OutOfRange);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<ListenerState>? listeners)
    {
        if (listeners is null) return;
        json.WriteStartArray("listeners");
        foreach (var listener in listeners)
        {
            json.WriteStartObject();
            json.WriteString("address", listener.Address);
            json.WriteString("condition", JsonNamingPolicy.CamelCase.ConvertName(listener.Condition.ToString()));
            json.WriteString("problem", listener.Problem);
            if (listener.Holder is { } holder)
            {
                json.WriteNumber("taken_by_uid", holder.User);
                if (holder.Process is { } process) json.WriteNumber("taken_by_pid", process);
            }

            json.WriteNumber("connections", listener.Connections);
            json.WriteBoolean("held_by_systemd", listener.Passed);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, TrafficStatus? status, DataBudgetStatus? budget)
    {
        if (status is null) return;
        json.WriteStartObject("traffic");
        json.WriteString("day", status.Day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Write(json, "since_start", status.SinceStart);
        Write(json, "today", status.Today);
        Write(json, "this_month", status.ThisMonth);
        if (budget is not null)
        {
            json.WriteStartObject("budget");
            json.WriteNumber("megabytes_per_day", budget.MegabytesPerDay);
            json.WriteNumber("megabytes_per_month", budget.MegabytesPerMonth);
            json.WriteBoolean("short", budget.IsShort);
            WriteSeconds(json, "seconds_until_room", budget.UntilRoom);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, TrafficCounts? counts)
    {
        if (counts is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        Write(json, TrafficMeter.NameOf(TrafficPurpose.Credentials), counts.Credentials);
        Write(json, TrafficMeter.NameOf(TrafficPurpose.Telemetry), counts.Telemetry);
        Write(json, TrafficMeter.NameOf(TrafficPurpose.Control), counts.Control);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ByteCount count)
    {
        json.WriteStartObject(name);
        json.WriteNumber("bytes_sent", count.Sent);
        json.WriteNumber("bytes_received", count.Received);
        json.WriteEndObject();
    }

    /// <summary>Everything that was measured, under its name; by its labels where it has some.</summary>
    private void WriteCounters(Utf8JsonWriter json)
    {
        json.WriteStartObject("counters");
        foreach (var family in metrics.Collect())
        {
            foreach (var (labels, value) in family.Read()) json.WriteNumber(labels.Length == 0 ? family.Name : $"{family.Name}{{{labels}}}", value);
        }

        json.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } moment) json.WriteString(name, TimestampText.Format(moment));
        else json.WriteNull(name);
    }

    private static void WriteSeconds(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } span) json.WriteNumber(name, Seconds(span));
        else json.WriteNull(name);
    }

    private static double Seconds(TimeSpan span) => Math.Round(span.TotalSeconds, 3);
}

/// <summary>The spool's status as JSON: in the agent's status, and by itself from the command.</summary>
internal static class SpoolJson
{
    public static void Write(Utf8JsonWriter json, string name, SpoolStatus status)
    {
        json.WriteStartObject(name);
        Write(json, status);
        json.WriteEndObject();
    }

    /// <summary>The properties only.</summary>
    public static void Write(Utf8JsonWriter json, SpoolStatus status)
    {
        json.WriteNumber("count", status.Count);
        Write(json, "count_by_class", status.CountByClass);
        json.WriteNumber("unknown_time", status.UnknownTime);
        json.WriteNumber("bytes", status.Bytes);
        json.WriteNumber("quota_bytes", status.QuotaBytes);
        if (status.OldestAge is { } age) json.WriteNumber("oldest_age_seconds", Math.Round(age.TotalSeconds, 3));
        else json.WriteNull("oldest_age_seconds");
        json.WriteNumber("dead_letters", status.DeadLetters);
        json.WriteBoolean("on_disk", status.OnDisk);
        json.WriteBoolean("readable", status.IsReadable);
        json.WriteString("memory_reason", status.MemoryReason);
        json.WriteNumber("in_memory", status.InMemory);
        Write(json, "shed", status.Evicted);
        json.WriteNumber("salvaged", status.Salvaged);
        json.WriteNumber("quarantined", status.Quarantined);
    }

    private static void Write(Utf8JsonWriter json, string name, ClassCounts byClass)
    {
        json.WriteStartObject(name);
        json.WriteNumber("low", byClass.Low);
        json.WriteNumber("normal", byClass.Normal);
        json.WriteNumber("critical", byClass.Critical);
        json.WriteEndObject();
    }
}

/// <summary>Lines of the log as JSON.</summary>
internal static class LinesJson
{
    public static void WriteProblem(Utf8JsonWriter json, string name, LoggedLine? line)
    {
        json.WritePropertyName(name);
        if (line is null) json.WriteNullValue();
        else Write(json, line);
    }

    public static void Write(Utf8JsonWriter json, LoggedLine line)
    {
        json.WriteStartObject();
        json.WriteString("time", TimestampText.Format(line.At));
        json.WriteString("level", line.Level);
        json.WriteString("component", line.Component);
        json.WriteNumber("event", line.Event);
        json.WriteString("message", line.Message);
        json.WriteEndObject();
    }
}

/// <summary>The state of the role alias as JSON.</summary>
internal static class RotationJson
{
    public static void Write(Utf8JsonWriter json, string name, RotationStatus status)
    {
        json.WriteStartObject(name);
        json.WriteString("in_force", status.Active);
        json.WriteString("configured", status.Configured);
        json.WriteString("phase", CamelCase(status.Phase));
        json.WriteString("candidate", status.Candidate);
        json.WriteString("previous", status.Previous);
        if (status.Last is { } last)
        {
            json.WriteStartObject("last_change");
            json.WriteString("role_alias", last.RoleAlias);
            json.WriteString("result", CamelCase(last.Outcome.Result));
            json.WriteString("code", last.Outcome.Code);
            json.WriteString("reason", last.Outcome.Reason);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("last_change");
        }

        json.WriteEndObject();
    }

    private static string CamelCase<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary><c>GET /metrics</c>: for Prometheus.</summary>
internal sealed class MetricsApi(AgentFacts facts, MetricsCollector metrics, TimeProvider time)
{
    public Task GetAsync(HttpContext context)
    {
        var text = new PrometheusText();
        foreach (var family in metrics.Collect()) text.Add(family);
        text.Add("device_agent_info", "gauge", "Which agent runs for which thing.", 1, $"thing=\"{PrometheusText.Escape(facts.Thing)}\",version=\"{AgentBuild.Current.Version}\"");
        text.Add("device_agent_uptime_seconds", "gauge", "Time since the start.", time.GetElapsedTime(facts.StartedAt).TotalSeconds);
        text.Add("process_resident_memory_bytes", "gauge", "Memory of the process in RAM.", ProcessUsage.ResidentBytes());
        text.Add("process_cpu_seconds_total", "counter", "Processor time of the process.", ProcessUsage.CpuSeconds());
        if (ProcessUsage.DiskBytesWritten() is { } written) text.Add("process_disk_bytes_written_total", "counter", "Bytes that the process caused to be written to storage.", written);
        return Answer.BytesAsync(context, StatusCodes.Status200OK, PrometheusText.ContentType, Encoding.UTF8.GetBytes(text.ToString()));
    }
}
