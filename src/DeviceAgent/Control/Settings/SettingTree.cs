using System.Text.Json.Nodes;

namespace DeviceAgent.Control.Settings;

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
}
