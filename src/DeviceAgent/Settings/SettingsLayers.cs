using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;

namespace DeviceAgent.Settings;

/// <summary>Gathers the settings: file, then environment, then command line; the later wins.</summary>
internal static class SettingsLayers
{
    public const string EnvironmentPrefix = "DEVICE_AGENT_";

    /// <summary>Names the configuration itself, and is no setting.</summary>
    public const string FileVariable = EnvironmentPrefix + "CONFIG";

    private const string NestingInEnvironment = "__";

    /// <summary>The variable that sets the key: <c>DEVICE_AGENT_SOURCE__KIND</c> of <c>source.kind</c>.</summary>
    public static string VariableOf(string key) => EnvironmentPrefix + key.Replace(".", NestingInEnvironment, StringComparison.Ordinal).ToUpperInvariant();

    public const int MaxFileBytes = 1024 * 1024;

    private static readonly JsonDocumentOptions JsonOptions = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>A JSON file; comments and trailing commas are allowed.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">What is wrong with it.</param>
    /// <param name="bytes">Reads up to so many bytes of a path, in its own way; null: as <see cref="InputFile"/> does.</param>
    public static SettingsLayer? TryReadFile(string path, ICollection<ConfigurationError> errors, Func<string, int, byte[]>? bytes = null)
    {
        if (path.Length == 0)
        {
            errors.Add(new ConfigurationError("--config", path, "names no file"));
            return null;
        }

        try
        {
            if (JsonInput.ParseNode((bytes ?? InputFile.Read)(path, MaxFileBytes), JsonOptions) is JsonObject values) return new SettingsLayer(null, values);
            errors.Add(new ConfigurationError("--config", path, "the file must hold a JSON object"));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            errors.Add(new ConfigurationError("--config", path, "there is no such file"));
        }
        catch (UnauthorizedAccessException)
        {
            errors.Add(new ConfigurationError("--config", path, $"it cannot be read by the user {LocalUsers.Shown(LocalUsers.Own)}: {AccessRemedy.For(path)}"));
        }
        catch (IOException e)
        {
            errors.Add(new ConfigurationError("--config", path, $"the file cannot be read: {e.Message}"));
        }
        catch (JsonException e)
        {
            errors.Add(new ConfigurationError("--config", path, $"not valid JSON: {e.Message}"));
        }

        return null;
    }

    /// <summary>The one setting that the AWS SDKs' own variable makes, below all others.</summary>
    public static SettingsLayer? FromSdk(IDictionary environment) => environment[SdkSettings.EndpointVariable] is string { Length: > 0 } endpoint
        ? new SettingsLayer(SdkSettings.EndpointVariable, new JsonObject { ["dynamoDbEndpoint"] = endpoint })
        : null;

    /// <summary><c>DEVICE_AGENT_SOURCE__KIND=replay</c> sets source.kind.</summary>
    public static SettingsLayer FromEnvironment(IDictionary environment, ICollection<ConfigurationError> errors)
    {
        var layer = new SettingsLayer(SettingsLayer.Environment, []);
        foreach (var (name, value) in environment.Cast<DictionaryEntry>().Select(e => ((string)e.Key, (string?)e.Value ?? "")).OrderBy(e => e.Item1, StringComparer.Ordinal))
        {
            if (!name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase) || name == FileVariable) continue;
            var path = name[EnvironmentPrefix.Length..].Split(NestingInEnvironment);
            if (path.Any(p => p.Length == 0)) errors.Add(new ConfigurationError(name, null, $"a setting's name must follow {EnvironmentPrefix}, nested names joined by {NestingInEnvironment}"));
            else if (!layer.TrySet(path, value)) errors.Add(new ConfigurationError(name, null, "contradicts another variable that sets the whole section"));
        }

        return layer;
    }

    /// <summary><c>--set source.kind=replay</c>.</summary>
    public static SettingsLayer FromCommandLine(IEnumerable<string> assignments, ICollection<ConfigurationError> errors)
    {
        var layer = new SettingsLayer("command line", []);
        foreach (var assignment in assignments)
        {
            var equals = assignment.IndexOf('=', StringComparison.Ordinal);
            var path = equals > 0 ? assignment[..equals].Split('.') : [];
            if (path.Length == 0 || path.Any(p => p.Length == 0)) errors.Add(new ConfigurationError("--set", assignment, "must have the form key=value, e.g. source.kind=simulated"));
            else if (!layer.TrySet(path, assignment[(equals + 1)..])) errors.Add(new ConfigurationError("--set", assignment, "contradicts another --set that sets the whole section"));
        }

        return layer;
    }
}

/// <summary>Settings from one place.</summary>
/// <param name="Origin">Said in errors when it is not the file, e.g. <c>environment</c>.</param>
/// <param name="Values">The settings, sections as objects.</param>
internal sealed record SettingsLayer(string? Origin, JsonObject Values)
{
    /// <summary>The origin of what the environment sets.</summary>
    public const string Environment = "environment";

    public bool IsEnvironment => Origin == Environment;

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
