using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DeviceAgent.Diagnostics;

namespace DeviceAgent.Tests;

/// <summary>The agent's metrics for one test, with what was counted; "readings.shed/low" is the part of the tag value "low".</summary>
internal sealed class CountedMetrics : IMeterFactory
{
    private readonly ConcurrentDictionary<string, long> _counts = new();
    private readonly MeterListener _listener = new();
    private readonly List<Meter> _meters = [];

    public CountedMetrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_meters.Contains(instrument.Meter)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, (long)value, tags));
        _listener.Start();
        Metrics = new AgentMetrics(this);
    }

    public AgentMetrics Metrics { get; }

    /// <summary>A counter's sum, or a gauge's value now.</summary>
    public long this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _counts.GetValueOrDefault(name);
        }
    }

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var meter in _meters) meter.Dispose();
    }

    private void Note(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name}/{tags[0].Value}";
        _counts.AddOrUpdate(name, value, (_, sum) => instrument.IsObservable ? value : sum + value);
    }
}
