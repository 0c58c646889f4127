using System.Diagnostics.Metrics;

namespace DeviceAgent.Diagnostics;

/// <summary>Adds up what the agent's instruments measure. It hears only what is measured after it was made, so it is made first.</summary>
internal sealed class MetricsCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);

    /// <param name="factory">Only meters that this factory made are heard.</param>
    public MetricsCollector(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name != AgentMetrics.MeterName || !ReferenceEquals(instrument.Meter.Scope, factory)) return;
            MetricFamily family;
            lock (_gate)
            {
                if (!_families.TryGetValue(instrument.Name, out family!)) _families.Add(instrument.Name, family = new MetricFamily(instrument));
            }

            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<long>(static (_, measurement, tags, state) => ((MetricFamily)state!).Record(measurement, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, measurement, tags, state) => ((MetricFamily)state!).Record(measurement, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, measurement, tags, state) => ((MetricFamily)state!).Record(measurement, tags));
        _listener.Start();
    }

    /// <summary>All instruments by name, gauges as of now.</summary>
    public IReadOnlyList<MetricFamily> Collect()
    {
        lock (_gate)
        {
            foreach (var family in _families.Values.Where(f => !f.IsSum)) family.Forget();
        }

        // Asks the gauges, which may look at their feature: not under the lock.
        _listener.RecordObservableInstruments();
        lock (_gate) return [.. _families.Values];
    }

    public void Dispose() => _listener.Dispose();
}
