using System.Runtime.CompilerServices;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// All sensors that the kernel shows, polled: one reading a poll, one attribute a sensor. A sensor that fails is left out, and said
/// so once until its state changes; a poll in which no sensor answers gives no reading.
/// </summary>
internal sealed class LinuxSource(
    IReadOnlyList<ISensorKind> kinds, SensorRegister register, SensorStates states, LiveOptions<SourceOptions> options, AgentMetrics metrics, LoopPulse pulse, TimeProvider time,
    ILogger<LinuxSource> logger) : ISource
{
    private const string Gone = "the sensor is gone";

    /// <summary>Each sensor seen, by name.</summary>
    private readonly SortedDictionary<string, SensorState> _states = new(StringComparer.Ordinal);

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
        var sensors = register.Name(found).Where(s => s.IsRead).ToList();
        foreach (var (sensor, name, _) in sensors)
        {
            pulse.Works();
            var result = await sensor.ReadAsync(cancellationToken).ConfigureAwait(false);
            Note(name, sensor.Place.Id, result);
            if (result.Value is { } value) attributes.Add(KeyValuePair.Create(name, ReadingValue.Of(value)));
        }

        foreach (var gone in _states.Values.ExceptBy(sensors.Select(s => s.Name), s => s.Name).ToList()) NoteGone(gone);
        if (sensors.Count == 0 && !_saidNone) logger.NoSensors();
        _saidNone = sensors.Count == 0;
        states.All = [.. _states.Values];
        return attributes;
    }

    private void Note(string name, string id, SensorResult result)
    {
        var before = _states.GetValueOrDefault(name);
        var outside = before?.OutOfRange ?? 0;
        if (result.Impossible is not null)
        {
            outside++;
            metrics.SensorsOutOfRange.Add(1, new KeyValuePair<string, object?>(AgentMetrics.SensorTag, name));
        }

        var condition = result.Problem is null ? SensorCondition.Good : result.Impossible is null ? SensorCondition.Failed : SensorCondition.OutOfRange;
        _states[name] = new SensorState(name, id, condition, result.Problem, outside);
        if (before is not null && (before.Id, before.Condition, before.Problem) == (id, condition, result.Problem)) return;
        if (result.Impossible is { } value) logger.SensorOutOfRange(name, id, value, result.Problem!);
        else if (result.Problem is not null) logger.SensorFails(name, result.Problem);
        else if (before is null) logger.SensorFound(name, id);
        else if (before.Id != id) logger.SensorFoundElsewhere(name, id, before.Id);
        else logger.SensorWorksAgain(name);
    }

    private void NoteGone(SensorState sensor)
    {
        if (sensor.Condition == SensorCondition.Gone) return;
        _states[sensor.Name] = sensor with { Condition = SensorCondition.Gone, Problem = Gone };
        logger.SensorFails(sensor.Name, $"{Gone} ({sensor.Id})");
    }
}
