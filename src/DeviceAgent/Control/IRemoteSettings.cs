using System.Text.Json.Nodes;

namespace DeviceAgent.Control;

/// <summary>The settings that operators can change while the agent runs. Checked by the code that reads the configuration file.</summary>
internal interface IRemoteSettings
{
    /// <summary>The keys that can be set remotely, as in the configuration: <c>source.intervalSeconds</c>.</summary>
    IReadOnlySet<string> Keys { get; }

    /// <summary>Each of these keys with its active value.</summary>
    IEnumerable<KeyValuePair<string, JsonNode>> Active { get; }

    /// <summary>The role alias of the configuration, which is used when no operator asks for another.</summary>
    string ConfiguredRoleAlias { get; }

    /// <summary>Checks all; changes nothing.</summary>
    VerifiedSettings Verify(IEnumerable<KeyValuePair<string, SettingOverride>> overrides);
}

/// <summary>The result of a check.</summary>
/// <param name="Errors">What is wrong, by key; empty when all can be applied.</param>
/// <param name="Apply">Makes what is right active.</param>
internal sealed record VerifiedSettings(IReadOnlyDictionary<string, string> Errors, Action Apply)
{
    public bool IsGood => Errors.Count == 0;

    /// <summary>All that is wrong, in one line.</summary>
    public string Reason => string.Join("; ", Errors.Values);
}

/// <summary>The role alias by which credentials are fetched now.</summary>
internal delegate string ActiveRoleAlias();
