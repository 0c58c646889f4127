using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

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

/// <summary>One instrument and its values, one for each set of tags.</summary>
internal sealed class MetricFamily(Instrument instrument)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, double> _values = new(StringComparer.Ordinal);

    /// <summary>The instrument's name, e.g. <c>readings.read</c>.</summary>
    public string Name { get; } = instrument.Name;

    public string? Description { get; } = instrument.Description;

    /// <summary>True when it only ever rises.</summary>
    public bool IsCounter { get; } = instrument is Counter<long> or Counter<double> or ObservableCounter<long> or ObservableCounter<double>;

    /// <summary>True when each measurement is a difference; false when it is the value itself.</summary>
    public bool IsSum { get; } = instrument is Counter<long> or Counter<double> or UpDownCounter<long> or UpDownCounter<double>;

    public void Record(double measurement, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = tags.IsEmpty ? "" : Labels(tags);
        lock (_gate) _values[labels] = IsSum ? _values.GetValueOrDefault(labels) + measurement : measurement;
    }

    /// <summary>Before gauges are asked anew: a tag that is no longer reported must not linger.</summary>
    public void Forget()
    {
        lock (_gate) _values.Clear();
    }

    /// <summary>Labels (<c>class="low"</c>; empty without tags) and value. A counter that never counted stands at zero.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Read()
    {
        lock (_gate) return _values.Count == 0 && IsSum ? [KeyValuePair.Create("", 0d)] : [.. _values];
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(PrometheusText.NameOf(name)).Append("=\"").Append(PrometheusText.Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }
}
