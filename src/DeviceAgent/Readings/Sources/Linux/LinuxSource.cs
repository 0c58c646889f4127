using System.Runtime.CompilerServices;
using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources.Linux;

/// <summary>
/// All sensors that the kernel shows, polled: one reading a poll, one attribute a sensor. A sensor that fails is left out, and said
/// so once until its state changes; a poll in which no sensor answers gives no reading.
/// </summary>
internal sealed class LinuxSource(IReadOnlyList<ISensorKind> kinds, LiveOptions<SourceOptions> options, TimeProvider time, ILogger<LinuxSource> logger) : ISource
{
    /// <summary>Name of each sensor seen, with its failure or null.</summary>
    private readonly Dictionary<string, string?> _states = [];

    private bool _saidNone;

    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var timer = new SampleTimer(options, time);
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
            await foreach (var sensor in kind.FindAsync(cancellationToken).ConfigureAwait(false)) found.Add(sensor);
        }

        var attributes = new List<KeyValuePair<string, ReadingValue>>(found.Count);
        var sensors = SensorNames.MakeUnique(found);
        foreach (var sensor in sensors)
        {
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
