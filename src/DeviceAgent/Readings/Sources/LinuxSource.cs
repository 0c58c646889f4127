using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// All sensors that the kernel shows, polled: one reading a poll, one attribute a sensor. A sensor that fails is left out, and said
/// so once until its state changes; a poll in which no sensor answers gives no reading.
/// </summary>
internal sealed class LinuxSource(IReadOnlyList<ISensorKind> kinds, LiveOptions<SourceOptions> options, LoopPulse pulse, TimeProvider time, ILogger<LinuxSource> logger) : ISource
{
    /// <summary>Name of each sensor seen, with its failure or null.</summary>
    private readonly Dictionary<string, string?> _states = [];

    private bool _saidNone;

    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var timer = new SampleTimer(options, pulse, time);
        while (true)
        {
            var attributes = await PollAsync(cancellationToken).ConfigureAwait(false);
            if (attributes.Count > 0) yield return new Sample(attributes);
            await timer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<KeyValuePair<string, ReadingValue>>> PollAsync(CancellationToken cancellationToken)
    {
        var found = new List<Sensor>();
        foreach (var kind in kinds)
        {
            pulse.Works();
            await foreach (var sensor in kind.FindAsync(cancellationToken).ConfigureAwait(false)) found.Add(sensor);
        }

        var attributes = new List<KeyValuePair<string, ReadingValue>>(found.Count);
        var sensors = SensorNames.MakeUnique(found);
        foreach (var sensor in sensors)
        {
            pulse.Works();
            var result = await sensor.ReadAsync(cancellationToken).ConfigureAwait(false);
            Note(sensor.Name, result.Problem);
            if (result.Value is { } value) attributes.Add(KeyValuePair.Create(sensor.Name, ReadingValue.Of(value)));
        }

        foreach (var gone in _states.Keys.Except(sensors.Select(s => s.Name)).ToList()) Note(gone, "the sensor is gone");
        if (sensors.Count == 0 && !_saidNone) logger.NoSensors();
        _saidNone = sensors.Count == 0;
        return attributes;
    }

    private void Note(string name, string? problem)
    {
        var known = _states.TryGetValue(name, out var before);
        _states[name] = problem;
        if (known && before == problem) return;
        if (problem is not null) logger.SensorFails(name, problem);
        else if (known) logger.SensorWorksAgain(name);
        else logger.SensorFound(name);
    }
}

/// <summary>One of the kernel's interfaces to sensors.</summary>
internal interface ISensorKind
{
    /// <summary>The sensors that are there now.</summary>
    IAsyncEnumerable<Sensor> FindAsync(CancellationToken cancellationToken);
}

/// <summary>A sensor that was found.</summary>
/// <param name="Name">The attribute's name: from the chip's name and label, never from a number that changes over boots.</param>
/// <param name="Place">Where the sensor sits (its device), to tell two of the same name apart.</param>
/// <param name="ReadAsync">Measures: °C, % relative humidity or kPa.</param>
internal sealed record Sensor(string Name, string Place, Func<CancellationToken, Task<SensorResult>> ReadAsync);

/// <summary>What one look at a sensor gave: a value in the unit of its kind, or why there is none.</summary>
internal readonly record struct SensorResult(decimal? Value, string? Problem)
{
    /// <summary>Finer than any of these sensors.</summary>
    private const int Decimals = 4;

    /// <summary>Dividing by a one with many zeros drops the zeros at a decimal's end.</summary>
    private const decimal One = 1.0000000000000000000000000000m;

    public static SensorResult Of(decimal value) => new(Math.Round(value, Decimals) / One, null);

    public static SensorResult Failed(string problem) => new(null, problem);
}

internal static partial class SensorNames
{
    /// <summary>Lower case letters, digits and single underscores.</summary>
    public static string Clean(string text) => Unfit().Replace(text.ToLowerInvariant(), "_").Trim('_');

    /// <summary>Gives sensors of the same name a number, in the order of the devices that they belong to.</summary>
    public static IReadOnlyList<Sensor> MakeUnique(IEnumerable<Sensor> sensors) =>
    [
        .. sensors.GroupBy(s => s.Name).SelectMany(same => same
            .OrderBy(s => s.Place.Length).ThenBy(s => s.Place, StringComparer.Ordinal)
            .Select((s, i) => i == 0 ? s : s with { Name = $"{s.Name}_{i + 1}" })),
    ];

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Unfit();
}

/// <summary>Temperatures that a sleeping or broken sensor shows are told from real ones by their range.</summary>
internal static class TemperatureRange
{
    /// <summary>A chip inside a device, °C.</summary>
    public static SensorResult CheckChip(decimal celsius) => Check(celsius, -100, 250);

    /// <summary>A 1-wire thermometer, °C (data sheet).</summary>
    public static SensorResult CheckOneWire(decimal celsius) => Check(celsius, -55, 125);

    private static SensorResult Check(decimal celsius, decimal min, decimal max) => celsius >= min && celsius <= max
        ? SensorResult.Of(celsius)
        : SensorResult.Failed($"{celsius} °C is outside {min} to {max} °C");
}
