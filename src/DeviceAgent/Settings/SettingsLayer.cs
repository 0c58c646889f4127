using System.Text.Json.Nodes;

namespace DeviceAgent.Settings;

/// <summary>Settings from one place.</summary>
/// <param name="Origin">Said in errors when it is not the file, e.g. <c>environment</c>.</param>
/// <param name="Values">The settings, sections as objects.</param>
internal sealed record SettingsLayer(string? Origin, JsonObject Values)
{
    /// <summary>Sets a value under a path of names, making the objects on the way. False when a name on the way has a value.</summary>
    public bool TrySet(IReadOnlyList<string> path, string value)
    {
        var at = Values;
        foreach (var name in path.SkipLast(1))
        {
            var existing = at.FirstOrDefault(p => p.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
            if (existing is not (null or JsonObject)) return false;
            if (existing is null) at[name] = existing = new JsonObject();
            at = (JsonObject)existing;
        }

        at[path[^1]] = value;
        return true;
    }
}
