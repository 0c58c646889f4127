using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace DeviceAgent.Testbed.Faults;

/// <summary>Reads settings from JSON; keys left out take their defaults, keys that do not exist are errors.</summary>
internal static class FaultSettingsReader
{
    /// <summary>Null when anything is wrong; then the list is not empty.</summary>
    public static FaultSettings? Read(ReadOnlyMemory<byte> json, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        FaultSettings? settings = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            CheckKeys(document.RootElement, FaultsJson.Default.FaultSettings, "", found);
            if (found.Count == 0) settings = document.Deserialize(FaultsJson.Default.FaultSettings);
        }
        catch (JsonException failure)
        {
            found.Add(failure.Message);
        }

        if (found.Count == 0 && settings is null) found.Add("The settings must be a JSON object");
        if (settings is not null) FaultSettingsRules.Check(settings, found);
        return found.Count == 0 ? settings : null;
    }

    private static void CheckKeys(JsonElement element, JsonTypeInfo type, string path, List<string> problems)
    {
        if (element.ValueKind != JsonValueKind.Object) return;
        if (type is { Kind: JsonTypeInfoKind.Dictionary, ElementType: { } elementType })
        {
            foreach (var member in element.EnumerateObject()) CheckKeys(member.Value, type.Options.GetTypeInfo(elementType), $"{path}{member.Name}.", problems);
            return;
        }

        if (type.Kind != JsonTypeInfoKind.Object) return;
        // One that is ignored in JSON is listed, but has no getter.
        var known = type.Properties.Where(property => property.Get is not null).ToDictionary(property => property.Name);
        foreach (var member in element.EnumerateObject())
        {
            if (known.TryGetValue(member.Name, out var property)) CheckKeys(member.Value, type.Options.GetTypeInfo(property.PropertyType), $"{path}{member.Name}.", problems);
            else problems.Add($"'{path}{member.Name}' is not known; known here: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}");
        }
    }
}
