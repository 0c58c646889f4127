using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands.Init;

/// <summary>The configuration while it is made: what is known so far, and what is wrong with it.</summary>
/// <param name="values">What is known from the start; paths are absolute.</param>
/// <param name="folder">Where the configuration will be.</param>
internal sealed class Draft(JsonObject values, string folder)
{
    public JsonObject Values => values;

    public bool Has(string key) => Text(key) is not null || Section(key) is not null;

    public string? Text(string key) => Find(key) is JsonValue value ? SettingsReader.Scalar(value) : null;

    public JsonObject? Section(string key) => Find(key) as JsonObject;

    public void Set(string key, JsonNode value)
    {
        if (NameOf(key) is { } name) values.Remove(name);
        values[key] = value;
    }

    public void Remove(string key)
    {
        if (NameOf(key) is { } name) values.Remove(name);
    }

    /// <summary>What <c>--set</c> says, numbers and flags as such.</summary>
    /// <exception cref="ConfigurationException">An assignment has not the form key=value.</exception>
    public void Assign(IReadOnlyList<string> assignments)
    {
        var errors = new List<ConfigurationError>();
        var layer = SettingsLayers.FromCommandLine(assignments, errors);
        if (errors.Count > 0) throw new ConfigurationException(errors);
        Merge(values, layer.Values);
    }

    /// <summary>What the agent would say of it, and of certificate and key nothing.</summary>
    public IReadOnlyList<ConfigurationError> Problems()
    {
        var errors = new List<ConfigurationError>();
        new ConfiguredSettings([new SettingsLayer(null, values)], folder, ServiceCredentials.None).Read(errors);
        return errors;
    }

    /// <summary>The same of one key, or the keys below it; null when nothing is wrong.</summary>
    public string? ProblemOf(string key) => Problems().FirstOrDefault(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase) || e.Key.StartsWith($"{key}.", StringComparison.OrdinalIgnoreCase))?.Problem;

    private JsonNode? Find(string key) => NameOf(key) is { } name ? values[name] : null;

    private string? NameOf(string key) => values.Select(p => p.Key).FirstOrDefault(k => k.Equals(key, StringComparison.OrdinalIgnoreCase));

    private static void Merge(JsonObject into, JsonObject from)
    {
        foreach (var (key, value) in from)
        {
            var name = into.Select(p => p.Key).FirstOrDefault(k => k.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? key;
            if (value is JsonObject section && into[name] is JsonObject there) Merge(there, section);
            else if (value is JsonObject fresh) Merge((JsonObject)(into[name] = new JsonObject())!, fresh);
            else into[name] = Typed(SettingsReader.Scalar(value!)!);
        }
    }

    private static JsonNode Typed(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonValue value && value.GetValueKind() is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False ? JsonNode.Parse(text)! : JsonValue.Create(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
