using DeviceAgent.Settings;

namespace DeviceAgent.Hosting;

/// <summary>What is configured on the device, kept so that it can be read again with settings from elsewhere on top.</summary>
/// <param name="Layers">File, environment, command line; the later wins.</param>
/// <param name="Folder">What relative paths are relative to.</param>
internal sealed record ConfiguredSettings(IReadOnlyList<SettingsLayer> Layers, string Folder)
{
    /// <summary>Reads and checks everything.</summary>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="onTop">Wins over all; null for the configuration alone.</param>
    public AgentOptions Read(ICollection<ConfigurationError> errors, SettingsLayer? onTop = null) =>
        AgentConfiguration.Read(new SettingsReader("", onTop is null ? Layers : [.. Layers, onTop], Folder, errors)) with { Configured = this };
}
