using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent status</c>.</summary>
internal sealed class StatusCommand
{
    private const double DefaultInterval = 2;
    private const double ShortestInterval = 0.1;
    private const double LongestInterval = 3600;

    private readonly ConfigurationArguments _arguments = new();
    private readonly Option<bool> _json = new("--json") { Description = "Prints the JSON of /v1/status." };
    private readonly Option<bool> _watch = new("--watch", "-w") { Description = "Shows it again and again until Ctrl-C: on a terminal in place, else one after the other (with --json a line each). Waits for an agent that does not run." };
    private readonly Option<double> _interval = new("--interval", "-n")
    {
        Description = $"With --watch: seconds between two looks, {ShortestInterval.ToString(CultureInfo.InvariantCulture)} to {LongestInterval}.",
        HelpName = "seconds",
        DefaultValueFactory = _ => DefaultInterval,
    };

    public static Command Create()
    {
        var status = new StatusCommand();
        var command = new Command("status", "Shows how the running agent is: whether readings arrive, and if not, why; credentials, upload, spool, last readings, last problem. Exit code 1 when none runs, 4 when one runs and nothing is uploaded.")
        {
            status._json, status._watch, status._interval,
        };
        status._arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await status.RunAsync(parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var interval = parsed.GetValue(_interval);
        if (interval is not (>= ShortestInterval and <= LongestInterval))
        {
            await error.WriteLineAsync($"device-agent: --interval must be {ShortestInterval.ToString(CultureInfo.InvariantCulture)} to {LongestInterval} seconds").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        if (_arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        if (!parsed.GetValue(_watch)) return await ShowAsync(parsed, options.Endpoint, output, error, cancellationToken).ConfigureAwait(false);
        try
        {
            await WatchAsync(parsed, options.Endpoint, output, error, interval, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Nobody reads any more.
        }

        return ExitCode.Ok;
    }

    /// <exception cref="IOException">The output's reader is gone.</exception>
    private async Task WatchAsync(ParseResult parsed, EndpointOptions endpoint, TextWriter output, TextWriter error, double interval, CancellationToken cancellationToken)
    {
        var json = parsed.GetValue(_json);
        var screen = Console.IsOutputRedirected || json ? null : new Screen(output);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(interval));
        do
        {
            using var frame = new StringWriter();
            await ShowAsync(parsed, endpoint, frame, json ? error : frame, cancellationToken).ConfigureAwait(false);
            if (screen is not null)
            {
                await screen.ShowAsync(frame.ToString()).ConfigureAwait(false);
                continue;
            }

            await output.WriteAsync(frame.ToString()).ConfigureAwait(false);
            if (!json) await output.WriteLineAsync().ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);

            // The framework's console does not say so.
            using var standardOutput = new SafeFileHandle(1, ownsHandle: false);
            if (ReferenceEquals(output, Console.Out) && Terminal.IsReaderGone(standardOutput)) throw new IOException("The reader is gone.");
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<ExitCode> ShowAsync(ParseResult parsed, EndpointOptions endpoint, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            using var agent = await AgentClient.TryConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            if (agent is null)
            {
                var where = string.Join(" or ", endpoint.Sockets) is { Length: > 0 } sockets ? $"no agent listens on {sockets}" : "endpoint.socket is off: a running agent cannot be asked";
                await error.WriteLineAsync($"device-agent: {where}").ConfigureAwait(false);
                return ExitCode.Failure;
            }

            var status = await agent.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(_json)) await output.WriteLineAsync(status.GetRawText()).ConfigureAwait(false);
            else await StatusText.WriteAgentAsync(output, status, $"by {agent.Socket}", Terminal.HasColours).ConfigureAwait(false);
            return StatusText.Uploads(status) ? ExitCode.Ok : ExitCode.NotUploading;
        }
        catch (Exception e) when (e is CommandException or HttpRequestException)
        {
            await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }
}

/// <summary>The agent's status in words.</summary>
internal static class StatusText
{
    private const int LongestText = 2000;

    /// <summary>How many of the last readings are shown, and how much of each.</summary>
    private const int MostReadings = 5;

    private const int LongestReading = 160;

    /// <summary>An agent that was started before an update may not tell.</summary>
    public static bool Uploads(JsonElement status) => !status.TryGetProperty("health", out var health) || health.GetProperty("uploads").GetBoolean();

    /// <param name="output">Where to.</param>
    /// <param name="status">The JSON of <c>/v1/status</c>.</param>
    /// <param name="origin">How it was asked for.</param>
    /// <param name="inColour">Whether a terminal shows it that can.</param>
    public static async Task WriteAgentAsync(TextWriter output, JsonElement status, string origin, bool inColour = false)
    {
        var now = DateTimeOffset.Parse(Text(status, "time")!, CultureInfo.InvariantCulture);
        if (status.TryGetProperty("health", out var health)) await output.WriteLineAsync(Verdict(health, now, inColour)).ConfigureAwait(false);
        await output.WriteLineAsync($"device-agent {Text(status, "version")}{Build(status)} for thing {Text(status, "thing")}, up {Span(Number(status, "uptime_seconds"))}").ConfigureAwait(false);
        if (status.TryGetProperty("certificate", out var certificate))
            await output.WriteLineAsync($"certificate   {Text(certificate, "id")}, valid until {Stamp(certificate, "not_after", now)}, from {Text(certificate, "path")}").ConfigureAwait(false);
        var credentials = status.GetProperty("credentials");
        await output.WriteLineAsync($"credentials   {Credentials(credentials, now)}").ConfigureAwait(false);
        if (credentials.GetProperty("last_failure") is { ValueKind: JsonValueKind.Object } failure)
            await output.WriteLineAsync($"              last failure: {Text(failure, "message")} Likely cause: {Text(failure, "cause")}. {Text(failure, "remedy")}").ConfigureAwait(false);
        await WriteRoleAliasAsync(output, status.GetProperty("role_alias")).ConfigureAwait(false);
        if (Number(status, "clock_offset_seconds") is { } offset) await output.WriteLineAsync($"clock         this device's is {new ClockDifference(-TimeSpan.FromSeconds(offset))} by the provider's").ConfigureAwait(false);
        var (counters, upload) = (status.GetProperty("counters"), status.GetProperty("upload"));
        await output.WriteLineAsync($"upload        {(Text(upload, "mode") == "idle" && BudgetWait(status) is { } wait ? $"waits for the data budget, {Span(wait)} more" : Upload(upload))}").ConfigureAwait(false);
        if (Text(upload, "remedy") is { } remedy) await output.WriteLineAsync($"              {remedy}").ConfigureAwait(false);
        if (upload.TryGetProperty("seconds_since_success", out var since)) await output.WriteLineAsync($"              {(since.ValueKind == JsonValueKind.Number ? $"last upload {Span(since.GetDouble())} ago" : "nothing was uploaded since the start")}").ConfigureAwait(false);
        await output.WriteLineAsync($"              {Count(counters, "readings.uploaded")} of {Count(counters, "readings.committed")} committed are uploaded since the start").ConfigureAwait(false);
        await WriteSpoolAsync(output, status.GetProperty("spool"), origin).ConfigureAwait(false);
        if (status.TryGetProperty("reduction", out var reduction)) await WriteReductionAsync(output, reduction).ConfigureAwait(false);
        await WriteControlAsync(output, status.GetProperty("control"), now).ConfigureAwait(false);
        if (status.TryGetProperty("sources", out var sources)) foreach (var source in sources.EnumerateArray()) await output.WriteLineAsync($"source        {Source(source)}").ConfigureAwait(false);
        if (status.TryGetProperty("last_readings", out var readings)) await WriteReadingsAsync(output, readings, now).ConfigureAwait(false);
        if (status.TryGetProperty("sensors", out var sensors)) await WriteSensorsAsync(output, sensors).ConfigureAwait(false);
        if (status.TryGetProperty("traffic", out var traffic)) await WriteTrafficAsync(output, traffic).ConfigureAwait(false);
        if (status.TryGetProperty("listeners", out var listeners)) await WriteListenersAsync(output, listeners).ConfigureAwait(false);
        if (status.TryGetProperty("last_problem", out var problem) && problem.ValueKind == JsonValueKind.Object)
            await output.WriteLineAsync($"last problem  {Stamp(problem, "time", now)}: {Text(problem, "level")} {Text(problem, "component")}[{Count(problem, "event")}] {Text(problem, "message")}").ConfigureAwait(false);
    }

    private static string Verdict(JsonElement health, DateTimeOffset now, bool inColour)
    {
        var problem = Text(health, "problem");
        if (health.GetProperty("uploads").GetBoolean()) return problem is null ? Terminal.In(Terminal.Green, "healthy", inColour) : $"{Terminal.In(Terminal.Yellow, "uploads, but", inColour)} {problem}";
        var since = Number(health, "seconds_since_upload") is { } seconds ? string.Create(CultureInfo.InvariantCulture, $" since {now.AddSeconds(-seconds):yyyy-MM-dd HH:mm}Z ({Span(seconds)})") : "";
        return $"{Terminal.In(Terminal.Red, $"NOT uploading{since}:", inColour)} {problem}";
    }

    private static async Task WriteReadingsAsync(TextWriter output, JsonElement readings, DateTimeOffset now)
    {
        foreach (var reading in readings.EnumerateArray().Take(MostReadings))
        {
            var owner = PrintableText.Of(reading.GetProperty(ReadingJson.SerialNumberName).GetString());
            var at = reading.TryGetProperty(ReadingJson.TimestampName, out _) ? Stamp(reading, ReadingJson.TimestampName, now) : "the time is not known yet";
            var values = string.Join(", ", reading.EnumerateObject().Where(p => p.Name is not (ReadingJson.SerialNumberName or ReadingJson.TimestampName)).Select(p => $"{p.Name} {p.Value.GetRawText()}"));
            await output.WriteLineAsync($"reading       {owner}, {at}: {PrintableText.Of(values, LongestReading)}").ConfigureAwait(false);
        }
    }

    /// <summary>A moment, and how far it is from now.</summary>
    private static string? Stamp(JsonElement json, string name, DateTimeOffset now)
    {
        if (Text(json, name) is not { } text) return null;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return text;
        var distance = DurationText.Of(at - now);
        return at < now ? $"{text} ({distance} ago)" : $"{text} (in {distance})";
    }

    public static async Task WriteSpoolAsync(TextWriter output, JsonElement spool, string origin)
    {
        await output.WriteLineAsync($"spool         {origin}").ConfigureAwait(false);
        await output.WriteLineAsync($"  waiting     {Count(spool, "count")} ({ByClass(spool.GetProperty("count_by_class"))}), oldest {Span(Number(spool, "oldest_age_seconds")) ?? "not known"}").ConfigureAwait(false);
        await output.WriteLineAsync($"  room        {Bytes(Count(spool, "bytes"))} of {Bytes(Count(spool, "quota_bytes"))}").ConfigureAwait(false);
        if (Count(spool, "unknown_time") is > 0 and var unknown) await output.WriteLineAsync($"  no time     {unknown} wait until the device's clock is known").ConfigureAwait(false);
        await output.WriteLineAsync($"  dead        {Count(spool, "dead_letters")} will never be accepted (device-agent spool dead-letters)").ConfigureAwait(false);
        if (!spool.GetProperty("on_disk").GetBoolean()) await output.WriteLineAsync($"  NOT ON DISK {Count(spool, "in_memory")} are held in memory only: {Text(spool, "memory_reason")}").ConfigureAwait(false);
        await output.WriteLineAsync($"  dropped     {ByClass(spool.GetProperty("shed"))} since the start").ConfigureAwait(false);
        if (Count(spool, "quarantined") is > 0 and var damaged) await output.WriteLineAsync($"  damage      {damaged} damaged files quarantined, {Count(spool, "salvaged")} readings saved from them").ConfigureAwait(false);
    }

    private static async Task WriteReductionAsync(TextWriter output, JsonElement reduction)
    {
        await output.WriteLineAsync($"reduction     {Count(reduction, "open_windows")} windows open; of the readings since the start {Count(reduction, "readings_reduced")} were not sent by themselves, {Count(reduction, "readings_late")} came late").ConfigureAwait(false);
        if (reduction.GetProperty("in_memory_only").GetBoolean()) await output.WriteLineAsync("  NOT ON DISK the open windows are held in memory only").ConfigureAwait(false);
    }

    private static async Task WriteTrafficAsync(TextWriter output, JsonElement traffic)
    {
        await output.WriteLineAsync($"traffic       since the start {Traffic(traffic.GetProperty("since_start"))}").ConfigureAwait(false);
        if (traffic.GetProperty("today") is not { ValueKind: JsonValueKind.Object } today) return;
        await output.WriteLineAsync($"              today {Traffic(today)}").ConfigureAwait(false);
        await output.WriteLineAsync($"              this month {Traffic(traffic.GetProperty("this_month"))}").ConfigureAwait(false);
        if (traffic.TryGetProperty("budget", out var budget)) await output.WriteLineAsync($"              {Budget(budget)}").ConfigureAwait(false);
    }

    private static string Budget(JsonElement budget)
    {
        var limits = new[] { ("megabytes_per_day", "a day"), ("megabytes_per_month", "a month") }
            .Where(l => Number(budget, l.Item1) > 0)
            .Select(l => string.Create(CultureInfo.InvariantCulture, $"{Number(budget, l.Item1)} MB {l.Item2}"));
        var room = Number(budget, "seconds_until_room") is > 0 and var wait ? $"SHORT: what is not critical waits, {Span(wait)} more" : budget.GetProperty("short").GetBoolean() ? "SHORT: readings go in fuller batches" : "suffices";
        return $"budget {string.Join(", ", limits)}: {room}";
    }

    private static string Traffic(JsonElement counts)
    {
        var purposes = counts.EnumerateObject().Select(p => (p.Name, Sent: Count(p.Value, "bytes_sent"), Received: Count(p.Value, "bytes_received"))).ToList();
        var each = string.Join(", ", purposes.Select(p => $"{p.Name} {Bytes(p.Sent + p.Received)}"));
        return $"{Bytes(purposes.Sum(p => p.Sent))} sent, {Bytes(purposes.Sum(p => p.Received))} received ({each})";
    }

    /// <summary>Those that answer in a line; of the others, why not.</summary>
    private static async Task WriteListenersAsync(TextWriter output, JsonElement listeners)
    {
        var all = listeners.EnumerateArray().ToList();
        var open = all.Where(l => Text(l, "condition") == "open").Select(l => $"{Text(l, "address")}{(l.GetProperty("held_by_systemd").GetBoolean() ? " (held by systemd)" : "")}").ToList();
        await output.WriteLineAsync($"answers on    {(open.Count == 0 ? "nothing" : string.Join(", ", open))}").ConfigureAwait(false);
        foreach (var listener in all.Where(l => Text(l, "condition") is not ("open" or "absent")))
        {
            var holder = listener.TryGetProperty("taken_by_uid", out var user) && user.ValueKind == JsonValueKind.Number ? $" user {user}{(listener.TryGetProperty("taken_by_pid", out var process) && process.ValueKind == JsonValueKind.Number ? $", process {process}" : "")}:" : "";
            await output.WriteLineAsync($"  NOT ON      {Text(listener, "address")}:{holder} {Text(listener, "problem")}").ConfigureAwait(false);
        }
    }

    private static async Task WriteControlAsync(TextWriter output, JsonElement control, DateTimeOffset now)
    {
        await output.WriteLineAsync($"control       {Text(control, "connection")}{(Span(Number(control, "seconds_in_this_state")) is { } span ? $" for {span}" : "")}").ConfigureAwait(false);
        if (Text(control, "problem") is { } problem) await output.WriteLineAsync($"              {problem}").ConfigureAwait(false);
        if (Text(control, "executing") is { } executing) await output.WriteLineAsync($"              changes now: {executing}").ConfigureAwait(false);
        var keys = control.TryGetProperty("remote_settings", out var set) ? set : control.GetProperty("settings_from_afar");
        if (keys.GetArrayLength() > 0) await output.WriteLineAsync($"              set remotely: {string.Join(", ", keys.EnumerateArray().Select(k => k.GetString()))}").ConfigureAwait(false);
        if (control.GetProperty("last_change") is not { ValueKind: JsonValueKind.Object } change) return;
        await output.WriteLineAsync($"              last change: {Text(change, "what")} by {Text(change, "by")}: {Text(change, "outcome")} at {Stamp(change, "at", now)}").ConfigureAwait(false);
        if (Text(change, "reason") is { } reason) await output.WriteLineAsync($"              {reason}").ConfigureAwait(false);
    }

    private static string Source(JsonElement source) => $"{(Text(source, "name") is { } name ? $"{name} ({Text(source, "kind")})" : Text(source, "kind"))}{(Text(source, "notice") is { } notice ? $": {notice}" : "")}";

    private static async Task WriteSensorsAsync(TextWriter output, JsonElement sensors)
    {
        await output.WriteLineAsync($"sensors       {sensors.EnumerateArray().Count(s => Text(s, "condition") == "good")} of {sensors.GetArrayLength()} have a value").ConfigureAwait(false);
        foreach (var sensor in sensors.EnumerateArray())
        {
            var problem = Text(sensor, "problem") is { } why ? $": LEFT OUT, {why}" : "";
            var counted = Count(sensor, "out_of_range") is > 0 and var outside ? $" ({outside} values out of range since the start)" : "";
            await output.WriteLineAsync($"              {Text(sensor, "name")} at {Text(sensor, "id")}{problem}{counted}").ConfigureAwait(false);
        }
    }

    /// <summary>A line for a dead letter of the export.</summary>
    public static string DeadLetter(string line)
    {
        using var document = JsonDocument.Parse(line);
        var letter = document.RootElement.GetProperty(ReadingExport.DeadLetterName);
        var of = document.RootElement.TryGetProperty(ReadingJson.SerialNumberName, out var serial) ? PrintableText.Of(serial.GetString()) : "?";
        var at = document.RootElement.TryGetProperty(ReadingJson.TimestampName, out var timestamp) ? PrintableText.Of(timestamp.GetString()) : "?";
        return $"{letter.GetProperty("id").GetInt64()}\t{of}\t{at}\t{Text(letter, "reason")}";
    }

    private static async Task WriteRoleAliasAsync(TextWriter output, JsonElement alias)
    {
        var (active, candidate) = (Text(alias, "in_force"), Text(alias, "candidate"));
        var phase = Text(alias, "phase") switch
        {
            "fetching" => $", {candidate} is asked for credentials",
            "proving" => $", {candidate} is tried with a write",
            "probation" => $", on probation (before: {Text(alias, "previous")})",
            "rollingBack" => $", ROLLS BACK to {Text(alias, "previous")}",
            _ => "",
        };
        var configured = alias.TryGetProperty("configured", out var own) ? PrintableText.Of(own.GetString(), LongestText) : null;
        var origin = configured is null ? "" : configured == active ? " (as configured)" : $" (set remotely; configured is {configured})";
        await output.WriteLineAsync($"role alias    {active}{origin}{phase}").ConfigureAwait(false);
        if (alias.GetProperty("last_change") is not { ValueKind: JsonValueKind.Object } last) return;
        var why = Text(last, "code") is { } code ? $" ({code}): {Text(last, "reason")}" : "";
        await output.WriteLineAsync($"              last change: {Text(last, "role_alias")} {Text(last, "result")}{why}").ConfigureAwait(false);
    }

    /// <summary>An agent that was started before an update may not tell.</summary>
    private static string Build(JsonElement status) =>
        status.TryGetProperty("commit", out var commit) && status.TryGetProperty("built", out var built) ? $" (commit {commit.GetString()}, built {built.GetString()})" : "";

    private static string Credentials(JsonElement credentials, DateTimeOffset now)
    {
        if (credentials.TryGetProperty("start_wait", out var wait)) return $"none yet, asked for in {Span(Number(wait, "seconds_left"))} (at {Text(wait, "until")}): {Text(wait, "reason")}";
        if (!credentials.GetProperty("valid").GetBoolean()) return $"none that are valid ({Count(credentials, "consecutive_failures")} failures since the last success)";
        var age = credentials.TryGetProperty("age_seconds", out var seconds) && seconds.ValueKind == JsonValueKind.Number ? $"{Span(seconds.GetDouble())} old, " : "";
        return $"{age}valid until {Stamp(credentials, "expiration", now)}, next refresh {Stamp(credentials, "next_refresh", now) ?? "running"}";
    }

    private static string Upload(JsonElement upload) => Text(upload, "mode") switch
    {
        "backingOff" => $"tries again in {Span(Number(upload, "next_attempt_in_seconds"))}: {Text(upload, "reason")}",
        "parked" => $"PARKED until somebody repairs it, tries again in {Span(Number(upload, "next_attempt_in_seconds"))}: {Text(upload, "reason")}",
        "draining" => $"{Count(upload, "readings_in_flight")} readings in flight in {Count(upload, "requests_in_flight")} of at most {Count(upload, "concurrency")} requests",
        _ => "nothing to send now",
    };

    /// <summary>What waits, waits for it.</summary>
    private static double? BudgetWait(JsonElement status) =>
        Count(status.GetProperty("spool"), "count") > 0 && status.TryGetProperty("traffic", out var traffic) && traffic.TryGetProperty("budget", out var budget) && Number(budget, "seconds_until_room") is > 0 and var wait ? wait : null;

    private static string ByClass(JsonElement counts) => string.Join(", ", counts.EnumerateObject().Select(c => $"{c.Name} {c.Value.GetInt64()}"));

    /// <summary>What services, sensors and local programs said, fit for a terminal.</summary>
    private static string? Text(JsonElement json, string name) => PrintableText.Of(json.GetProperty(name).GetString(), LongestText);

    private static long Count(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? (long)value.GetDouble() : 0;

    private static double? Number(JsonElement json, string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    private static string Bytes(long bytes) => bytes < 10_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.#} KiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");

    private static string? Span(double? seconds) => seconds is { } length ? DurationText.Of(TimeSpan.FromSeconds(length)) : null;
}
