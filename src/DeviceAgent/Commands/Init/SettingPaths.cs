using System.Text.Json.Nodes;
using DeviceAgent.Readings;

namespace DeviceAgent.Commands.Init;

/// <summary>Settings that name files: a configuration that is written elsewhere must name the same files.</summary>
internal static class SettingPaths
{
    public const string Certificate = "certificatePath";
    public const string PrivateKey = "privateKeyPath";
    public const string Roots = "caPath";
    public const string StateDirectory = "stateDirectory";

    private const string File = "file";
    private const string Builtin = "builtin:";
    private const string Hardware = "pkcs11:";

    private static readonly string[] Names = [Certificate, PrivateKey, Roots, "certificateChainPath", "privateKeyPasswordFile"];

    /// <summary>A copy with absolute paths. The state directory, which belongs to one place, is left out.</summary>
    public static JsonObject Absolute(JsonObject values, string folder)
    {
        var copy = (JsonObject)values.DeepClone();
        foreach (var name in copy.Select(p => p.Key).ToList())
        {
            if (name.Equals(StateDirectory, StringComparison.OrdinalIgnoreCase)) copy.Remove(name);
            else if (Names.Contains(name, StringComparer.OrdinalIgnoreCase)) MakeAbsolute(copy, name, folder);
            else if (name.Equals(SourceList.One, StringComparison.OrdinalIgnoreCase) && copy[name] is JsonObject source) MakeAbsolute(source, File, folder);
            else if (name.Equals(SourceList.Several, StringComparison.OrdinalIgnoreCase) && copy[name] is JsonObject sources)
                foreach (var each in sources.Select(s => s.Value).OfType<JsonObject>()) MakeAbsolute(each, File, folder);
        }

        return copy;
    }

    /// <summary>As it is said on a command line, relative to the folder in which that was typed.</summary>
    public static string Absolute(string path, string folder) => path.StartsWith(Hardware, StringComparison.OrdinalIgnoreCase) || path.StartsWith(Builtin, StringComparison.Ordinal) ? path : Path.GetFullPath(path, folder);

    /// <summary>The same of <c>key=value</c>, where the key names a file of the identity or the roots.</summary>
    public static string AbsoluteAssignment(string assignment, string folder)
    {
        var equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == assignment.Length - 1 || !Names.Contains(assignment[..equals], StringComparer.OrdinalIgnoreCase)) return assignment;
        return $"{assignment[..equals]}={Absolute(assignment[(equals + 1)..], folder)}";
    }

    /// <summary>Whether the path names a file, and not a key in a hardware module.</summary>
    public static bool IsFile(string path) => !path.StartsWith(Hardware, StringComparison.OrdinalIgnoreCase);

    private static void MakeAbsolute(JsonObject section, string name, string folder)
    {
        if (section[name] is JsonValue value && value.TryGetValue<string>(out var text)) section[name] = Absolute(text, folder);
    }
}
