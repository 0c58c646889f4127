using System.Globalization;
using System.Text;

namespace DeviceAgent.Diagnostics;

/// <summary>Metrics in Prometheus' text format 0.0.4.</summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const string Prefix = "device_agent_";

    private readonly StringBuilder _text = new(4096);

    /// <summary>The agent's own metrics: <c>readings.read</c> becomes <c>device_agent_readings_read_total</c>.</summary>
    public void Add(MetricFamily family)
    {
        var values = family.Read();
        if (values.Count == 0) return;
        var name = Prefix + NameOf(family.Name) + (family.IsCounter ? "_total" : "");
        Head(name, family.IsCounter ? "counter" : "gauge", family.Description);
        foreach (var (labels, value) in values) Sample(name, labels, value);
    }

    /// <summary>A metric with one value, under the name as given.</summary>
    public void Add(string name, string type, string description, double value, string labels = "")
    {
        Head(name, type, description);
        Sample(name, labels, value);
    }

    public override string ToString() => _text.ToString();

    /// <summary>Letters, digits and underscores.</summary>
    public static string NameOf(string name) => string.Create(name.Length, name, static (characters, source) =>
    {
        for (var i = 0; i < source.Length; i++) characters[i] = char.IsAsciiLetterOrDigit(source[i]) ? source[i] : '_';
    });

    /// <summary>A label's value, or a help text.</summary>
    public static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private void Head(string name, string type, string? description)
    {
        if (description is not null) _text.Append("# HELP ").Append(name).Append(' ').Append(description.Replace('\n', ' ')).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    private void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0) _text.Append('{').Append(labels).Append('}');
        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }
}
