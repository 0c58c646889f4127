using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent sensors</c>: what <c>source.kind</c> linux reads here. Needs no configuration, asks no agent, and writes nothing.</summary>
internal static class SensorsCommand
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="places">Where the configuration is looked for when the command line names none.</param>
    public static Command Create(ConfigurationPlaces? places = null)
    {
        var arguments = new ConfigurationArguments(places);
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("sensors", "Lists the sensors that source.kind linux reads on this device: name, value now, place. Works before anything is configured and while the agent runs; changes nothing.") { json };
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(arguments, json, parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ConfigurationArguments arguments, Option<bool> json, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (arguments.TryLoadForSensors(parsed) is not { } options) return ExitCode.BadConfiguration;
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            // As the agent sees them: root reads more.
            if (options.StateDirectory.Length > 0) StateOwner.Become(options.StateDirectory);
            var source = options.SensorSource;
            var sensors = await LookAsync(options, source, new Notes(error), cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(json)) await output.WriteLineAsync(SensorsText.Json(sensors, WriterOptions)).ConfigureAwait(false);
            else await SensorsText.WriteAsync(output, sensors, source).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (CommandException e)
        {
            await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    private static async Task<IReadOnlyList<SensorLook>> LookAsync(AgentOptions options, SourceOptions source, ILogger notes, CancellationToken cancellationToken)
    {
        var state = options.StateDirectory.Length == 0 ? null : options.StateDirectory;
        var register = new SensorRegister(state, options.Table.ReservedNames, source, notes, readOnly: true);
        var found = new List<Sensor>();
        foreach (var kind in SensorKinds.In(source.SysfsRoot, TimeProvider.System))
        {
            await foreach (var sensor in kind.FindAsync(cancellationToken).ConfigureAwait(false)) found.Add(sensor);
        }

        var looks = new List<SensorLook>();
        foreach (var (sensor, name, isRead) in register.Name(found)) looks.Add(new SensorLook(sensor, name, isRead, await sensor.ReadAsync(cancellationToken).ConfigureAwait(false)));
        return looks;
    }

    /// <summary>What the log would say, on a terminal.</summary>
    private sealed class Notes(TextWriter error) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            error.WriteLine($"note: {PrintableText.Whole(formatter(state, exception))}");
    }
}

/// <summary>One look at a sensor.</summary>
/// <param name="Sensor">What was found.</param>
/// <param name="Name">The attribute that it would be.</param>
/// <param name="IsRead">It is one of those that the configuration chooses.</param>
/// <param name="Result">What it says now.</param>
internal sealed record SensorLook(Sensor Sensor, string Name, bool IsRead, SensorResult Result);

/// <summary>What was seen of sensors, in words and as JSON.</summary>
internal static class SensorsText
{
    private const string NoValue = "no value";

    public static async Task WriteAsync(TextWriter output, IReadOnlyList<SensorLook> sensors, SourceOptions source)
    {
        if (sensors is not [var first, ..])
        {
            await output.WriteLineAsync($"no sensor was found in {PrintableText.Of(source.SysfsRoot)}: no thermal zone, hwmon, IIO device or 1-wire thermometer. Is the driver loaded (dtoverlay)?").ConfigureAwait(false);
            return;
        }

        var lines = sensors.Select(s => (Name: PrintableText.Of(s.Name), Value: Value(s), Id: PrintableText.Of(s.Sensor.Place.Id), s.Sensor.Place.Series, s.IsRead, Problem: Problem(s))).ToList();
        var (name, value) = (lines.Max(l => l.Name.Length), lines.Max(l => l.Value.Length));
        foreach (var line in lines)
        {
            await output.WriteLineAsync($"{line.Name.PadRight(name)}  {line.Value.PadLeft(value)}  {line.Id}{(line.IsRead ? "" : $"  (not one of {source.Section}.sensors: not read)")}").ConfigureAwait(false);
            if (line.Problem is { } problem) await output.WriteLineAsync($"    {PrintableText.Of(problem)}").ConfigureAwait(false);
            if (line.Series is not null && lines.Count(l => l.Series == line.Series) > 1) await output.WriteLineAsync("    nothing but the kernel's number tells it from the others of its kind, and that may be another at the next boot").ConfigureAwait(false);
        }

        await output.WriteLineAsync($$"""To give one another name:  "source": { "kind": "linux", "names": { "{{KeyOf(first)}}": "NAME" } }""").ConfigureAwait(false);
        await output.WriteLineAsync($$"""To read only some:         "source": { "kind": "linux", "sensors": [ "{{KeyOf(first)}}" ] }""").ConfigureAwait(false);
        if (source.Kind != SourceKind.Linux) await output.WriteLineAsync("The agent reads them where the kind of a source is linux, which none is in this configuration.").ConfigureAwait(false);
    }

    /// <summary><c>{"sensors":[{"name":...,"id":...,"id_is_stable":...,"read":...,"chip":...,"value":...,"unit":...,"problem":...}]}</c>.</summary>
    public static string Json(IReadOnlyList<SensorLook> sensors, JsonWriterOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteStartArray("sensors");
            foreach (var (sensor, name, isRead, result) in sensors)
            {
                json.WriteStartObject();
                json.WriteString("name", name);
                json.WriteString("id", sensor.Place.Id);
                json.WriteBoolean("id_is_stable", sensor.Place.Series is null);
                json.WriteBoolean("read", isRead);
                json.WriteString("chip", sensor.Chip);
                if (result.Value is { } value) json.WriteNumber("value", value);
                else json.WriteNull("value");
                json.WriteString("unit", sensor.Unit);
                json.WriteString("problem", result.Problem);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>What names it in <c>source.names</c>, today and after the next boot.</summary>
    private static string KeyOf(SensorLook look) => PrintableText.Of(look.Sensor.Place.Series is null ? look.Sensor.Place.Id : look.Name);

    private static string? Problem(SensorLook look) =>
        look.Result.Impossible is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value} {look.Sensor.Unit} is {look.Result.Problem}") : look.Result.Problem;

    private static string Value(SensorLook look) => look.Result.Value is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value} {look.Sensor.Unit}") : NoValue;
}
