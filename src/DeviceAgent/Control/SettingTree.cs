using System.Text.Json;
using System.Text.Json.Nodes;

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
        section[key[(dot + 1)..]] = value;
    }

    /// <summary>The values under their keys; what lies deeper than a section is a value.</summary>
    public static IEnumerable<(string Key, JsonElement Value)> Leaves(JsonElement tree)
    {
        foreach (var property in tree.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Object) yield return (property.Name, property.Value);
            else foreach (var inner in property.Value.EnumerateObject()) yield return ($"{property.Name}{Dot}{inner.Name}", inner.Value);
        }
    }
}
