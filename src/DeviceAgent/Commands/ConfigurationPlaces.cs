using System.Collections;
using System.Globalization;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands;

/// <summary>Where a command looks for its configuration when the command line names none: the variable, the working folder, the package's place.</summary>
/// <param name="Environment">Variables.</param>
/// <param name="WorkingFolder">Looked into for <c>agent.json</c>.</param>
/// <param name="Default">Read when there is none elsewhere.</param>
/// <param name="IsTerminal">Whether somebody reads what is said of it.</param>
internal sealed record ConfigurationPlaces(IDictionary Environment, string WorkingFolder, string Default, bool IsTerminal)
{
    /// <summary>Where the package puts the configuration.</summary>
    public const string OfPackage = "/etc/device-agent/agent.json";

    private const string FileName = "agent.json";
    private const string SudoUser = "SUDO_UID";

    public static ConfigurationPlaces OfThisProcess() =>
        new(System.Environment.GetEnvironmentVariables(), Directory.GetCurrentDirectory(), OfPackage, IsTerminal: !Console.IsErrorRedirected);

    /// <param name="named">By the command line; null: not.</param>
    public ConfigurationFile Find(string? named)
    {
        if (named is not null) return new ConfigurationFile(named, null);
        if (Environment[SettingsLayers.FileVariable] is string { Length: > 0 } variable) return new ConfigurationFile(variable, SettingsLayers.FileVariable);
        var here = Path.Combine(WorkingFolder, FileName);
        if (!File.Exists(here)) return new ConfigurationFile(Default, "the default");
        return OwnerProblem(here) is { } problem ? new ConfigurationFile(Default, $"the default; {problem}") : new ConfigurationFile(here, "of this folder");
    }

    /// <summary>What to do where there is none.</summary>
    public string Remedy => $"Without --config FILE or {SettingsLayers.FileVariable}, {Path.Combine(WorkingFolder, FileName)} is read, else {Default}; --config FILE names another file.";

    /// <summary>In a folder like /tmp somebody else's file would be taken for one's own.</summary>
    private string? OwnerProblem(string path)
    {
        if (FileStatus.Of(path) is not { } status || status.User == LocalUsers.Root || status.User == LocalUsers.Own) return null;
        if (Environment[SudoUser] is string sudo && uint.TryParse(sudo, NumberStyles.None, CultureInfo.InvariantCulture, out var caller) && status.User == caller) return null;
        return $"'{path}' belongs to the user {LocalUsers.Shown(status.User)} and is passed over";
    }
}

/// <summary>The configuration that is read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Origin">Why this one; null where the command line names it.</param>
internal sealed record ConfigurationFile(string Path, string? Origin);
