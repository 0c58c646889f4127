using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Settings;

/// <summary>
/// Reads one section of the layered settings into typed values, noting each error and going on. Names are compared without case,
/// because environment variables have none. Every name that is asked for is thereby known; <see cref="ReportUnknown"/> reports the rest.
/// </summary>
internal sealed class SettingsReader(
    string path, IReadOnlyList<SettingsLayer> layers, string baseDirectory, ICollection<ConfigurationError> errors, ServiceCredentials? credentials = null)
{
    private readonly List<string> _known = [];
    private readonly List<string> _sections = [];

    /// <summary>What the service manager passes.</summary>
    public ServiceCredentials Credentials { get; } = credentials ?? ServiceCredentials.None;

    /// <summary>Relative paths in the configuration are relative to this.</summary>
    public string BaseDirectory => baseDirectory;

    public string KeyOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A setting may be asked for more than once: what is wrong with it is said once.</summary>
    public void Error(string name, string? value, string problem) => Error(new ConfigurationError(KeyOf(name), value, problem));

    private void Error(ConfigurationError error)
    {
        if (!errors.Contains(error)) errors.Add(error);
    }

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Text; null when absent. Numbers and flags are taken as they are written.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } found) return null;
        if (Scalar(found.Value) is not { } text) Error(name, Shown(found), "must be a single value");
        else if (text.Length == 0) Error(name, Shown(found), "must not be empty; leave it out instead");
        else if (text.Contains('\0', StringComparison.Ordinal)) Error(name, Shown(found), "holds a zero character (\\u0000): leave it out");
        else return text;
        return null;
    }

    /// <summary>Text that is never shown, in an error neither.</summary>
    public Secret? SecretText(string name)
    {
        if (Find(name) is not { } found) return null;
        if (Scalar(found.Value) is { Length: > 0 } text) return new Secret(text);
        Error(name, null, "must be a text that is not empty");
        return null;
    }

    /// <summary>Text that must be there; an empty one stands in for it after the error is noted.</summary>
    public string Required(string name, string what)
    {
        if (!Has(name)) Error(name, null, $"is missing: {what}");
        return Text(name) ?? "";
    }

    public int Integer(string name, int otherwise, int min, int max)
    {
        if (Text(name) is not { } text) return otherwise;
        // 5.0 and 5e0 are whole numbers as well.
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && decimal.IsInteger(number) && number >= min && number <= max) return (int)number;
        Error(name, text, $"must be a whole number from {min} to {max}");
        return otherwise;
    }

    public double Number(string name, double otherwise, double min, double max)
    {
        if (Text(name) is not { } text) return otherwise;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        Error(name, text, string.Create(CultureInfo.InvariantCulture, $"must be a number from {min} to {max}"));
        return otherwise;
    }

    public TimeSpan Seconds(string name, TimeSpan otherwise, double min, double max) =>
        TimeSpan.FromSeconds(Number(name, otherwise.TotalSeconds, min, max));

    public bool Flag(string name, bool otherwise)
    {
        if (Text(name) is not { } text) return otherwise;
        if (bool.TryParse(text, out var flag)) return flag;
        Error(name, text, "must be true or false");
        return otherwise;
    }

    /// <summary>One of the enum's names, in camel case.</summary>
    public T Choice<T>(string name, T otherwise) where T : struct, Enum
    {
        if (Text(name) is not { } text) return otherwise;
        var names = Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase)) return Enum.Parse<T>(text, ignoreCase: true);
        Error(name, text, $"must be one of {string.Join(", ", names)}{Spelling.Hint(text, names)}");
        return otherwise;
    }

    /// <summary>A list of texts: a JSON array, or one text with commas as environment and command line have it. Empty when absent.</summary>
    public IReadOnlyList<string> Words(string name)
    {
        if (Find(name) is not { } found) return [];
        IEnumerable<string?>? words = found.Value is JsonArray array ? array.Select(Scalar) : Scalar(found.Value)?.Split(',', StringSplitOptions.TrimEntries);
        if (words is not null && words.All(w => w is { Length: > 0 })) return [.. words.OfType<string>()];
        Error(name, Shown(found), "must be a list of texts, [ \"a\", \"b\" ], or one text with commas");
        return [];
    }

    /// <summary>A path, made absolute; null when absent.</summary>
    public string? FilePath(string name) => Text(name) is { } text ? Path.GetFullPath(text, baseDirectory) : null;

    /// <summary>The same for a file that the service manager may pass: a mere name is looked for there first.</summary>
    public string? CredentialPath(string name) => Text(name) is { } text && Credentials.Find(text) is { } passed ? passed : FilePath(name);

    /// <summary>An absolute http or https address; null when absent.</summary>
    public Uri? Url(string name)
    {
        if (Text(name) is not { } text || Find(name) is not { } found) return null;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)) return url;
        Error(name, text, $"must be an address such as http://localhost:8000 or https://dynamodb.eu-central-1.amazonaws.com{From(found.Layer)}");
        return null;
    }

    /// <summary>Sections whose names are free, in order; those of a list are named by their numbers, from 0. Empty when absent.</summary>
    public IReadOnlyList<KeyValuePair<string, SettingsReader>> Sections(string name)
    {
        var section = Section(name, mayBeList: true);
        return [.. section.Free().Select(s => s.Key).Distinct(StringComparer.OrdinalIgnoreCase).Select(n => KeyValuePair.Create(n, section.Section(n)))];
    }

    /// <summary>A section; empty when absent.</summary>
    public SettingsReader Section(string name) => Section(name, mayBeList: false);

    private SettingsReader Section(string name, bool mayBeList)
    {
        Know(name);
        _sections.Add(name);
        var sections = new List<SettingsLayer>();
        foreach (var layer in layers)
        {
            if (Property(layer, name) is not { } property) continue;
            if (property.Value is JsonObject values) sections.Add(layer with { Values = values });
            else if (mayBeList && property.Value is JsonArray list) sections.Add(layer with { Values = Numbered(list) });
            else Error(name, Shown((layer, property.Value)), "must be an object, { ... }");
        }

        return new SettingsReader(KeyOf(name), sections, baseDirectory, errors, Credentials);
    }

    private static JsonObject Numbered(JsonArray list) =>
        new(list.Select((value, number) => KeyValuePair.Create(number.ToString(CultureInfo.InvariantCulture), value?.DeepClone())));

    /// <summary>All names and values of this section, for a section whose names are free; a later layer's value replaces an earlier one's.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonNode?>> Free()
    {
        var values = new OrderedDictionary<string, JsonNode?>();
        foreach (var (name, value) in layers.SelectMany(l => l.Values))
        {
            Know(name);
            values[name] = value;
        }

        return [.. values];
    }

    /// <summary>Call it when all names have been asked for.</summary>
    public void ReportUnknown()
    {
        foreach (var layer in layers)
        {
            foreach (var twice in layer.Values.Select(p => p.Key).GroupBy(n => n, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1 && _known.Contains(g.Key, StringComparer.OrdinalIgnoreCase)))
            {
                Error(_known.First(n => n.Equals(twice.Key, StringComparison.OrdinalIgnoreCase)), null, $"is set more than once, as {string.Join(" and ", twice)}; upper and lower case make no difference{From(layer)}");
            }

            foreach (var name in layer.Values.Select(p => p.Key).Where(n => !_known.Contains(n, StringComparer.OrdinalIgnoreCase)))
            {
                if (layer.IsEnvironment) Error(new ConfigurationError(SettingsLayers.VariableOf(KeyOf(name)), null, $"is not a setting{VariableHint(name)}{From(layer)}"));
                else Error(name, null, $"is not a setting{Spelling.Hint(name, _known)}{From(layer)}");
            }
        }
    }

    /// <summary>Words are joined without an underscore in a variable, a section and its key with two.</summary>
    private string VariableHint(string name)
    {
        var joined = name.Replace("_", "", StringComparison.Ordinal);
        if (_known.Find(k => k.Equals(joined, StringComparison.OrdinalIgnoreCase)) is { } known) return $"; did you mean {SettingsLayers.VariableOf(KeyOf(known))}?";
        return _sections.Find(s => name.StartsWith(s + "_", StringComparison.OrdinalIgnoreCase)) is { } section
            ? $"; did you mean {SettingsLayers.VariableOf(KeyOf($"{section}.{joined[section.Length..]}"))}, with two underscores behind the section?"
            : Spelling.Hint(name, _known);
    }

    /// <summary><c>is a named pipe, not a file</c>, or the like; null for a file, and for what is not there.</summary>
    public static string? FindNoFile(string path) => InputFile.KindOf(path) is { } kind ? $"is {kind}, not a file" : null;

    /// <summary>The text of a single value; null for an object or a list.</summary>
    public static string? Scalar(JsonNode? node) => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        _ => null,
    };

    private (SettingsLayer Layer, JsonNode? Value)? Find(string name)
    {
        Know(name);
        foreach (var layer in layers.Reverse())
        {
            // null in the file is as good as absent.
            if (Property(layer, name) is { Value: not null } property) return (layer, property.Value);
        }

        return null;
    }

    private static KeyValuePair<string, JsonNode?>? Property(SettingsLayer layer, string name)
    {
        foreach (var property in layer.Values)
        {
            if (property.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) return property;
        }

        return null;
    }

    private void Know(string name)
    {
        if (!_known.Contains(name)) _known.Add(name);
    }

    private static string Shown((SettingsLayer Layer, JsonNode? Value) found) => (found.Value?.ToJsonString() ?? "null") + From(found.Layer);

    private static string From(SettingsLayer layer) => layer.Origin is null ? "" : $" ({layer.Origin})";
}
