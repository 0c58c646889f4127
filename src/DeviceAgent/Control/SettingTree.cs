using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Readings;

namespace DeviceAgent.Control;

/// <summary>Between keys with a dot and objects within objects.</summary>
internal static class SettingTree
{
    public const char Dot = '.';

    /// <summary>Sets a value, making its section where it is not there yet.</summary>
    public static void Set(JsonObject tree, string key, JsonNode? value)
    {
        var dot = key.IndexOf(Dot, StringComparison.Ordinal);
        if (dot < 0)
        {
            tree[key] = value;
            return;
        }

        if (tree[key[..dot]] is not JsonObject section) tree[key[..dot]] = section = [];
        Set(section, key[(dot + 1)..], value);
    }

    /// <summary>The values under their keys; what lies deeper than the sections is a value.</summary>
    public static IEnumerable<(string Key, JsonElement Value)> Leaves(JsonElement tree, string path = "")
    {
        foreach (var property in tree.EnumerateObject())
        {
            var key = path + property.Name;
            if (!IsSection(key, property.Value)) yield return (key, property.Value);
            else foreach (var inner in Leaves(property.Value, key + Dot)) yield return inner;
        }
    }

    /// <summary>It holds settings of its own; any other object is a value, if a wrong one. Only in <see cref="SourceList.Several"/> there are sections in a section.</summary>
    public static bool IsSection(string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && (key.Split(Dot) is [_] or [SourceList.Several, _]);
}
