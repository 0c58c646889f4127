using System.Collections;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Certificate;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>Loads the configuration: file, environment, command line, each overriding the one before.</summary>
internal static class AgentConfiguration
{
    /// <summary>
    /// Reads and checks everything, and loads the device's identity to see that it is usable. Uses no network and writes nothing: of a swap of certificate
    /// and key that a kill cut off the pair is loaded that <see cref="Settle"/> will make the active one.
    /// </summary>
    /// <param name="path">The configuration.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="assignments">Of the command line.</param>
    /// <param name="settled">Told the options where nothing is wrong with them, before anything in the state directory is looked at.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the exception lists all of it.</exception>
    public static (AgentOptions Options, DeviceIdentity Identity) Load(string path, IDictionary environment, IEnumerable<string> assignments, Action<AgentOptions>? settled = null)
    {
        var errors = new List<ConfigurationError>();
        var options = ReadLayers(path, environment, assignments, errors);
        if (errors.Count == 0) settled?.Invoke(options);
        var (identity, files) = LoadIdentity(options, errors);
        if (errors.Count == 0) return (options with { ActiveIdentity = files }, identity!);
        identity?.Dispose();
        throw new ConfigurationException(errors);
    }

    /// <summary>Ends a swap that was cut off, and puts away a stored pair that no longer counts: what the agent itself does at its start, once all is known to be right.</summary>
    /// <returns>The options, with the place of the active pair.</returns>
    /// <exception cref="ConfigurationException">A file could not be renamed or written.</exception>
    public static AgentOptions Settle(AgentOptions options)
    {
        try
        {
            var store = options.StoredIdentity;
            store.FinishSwap(new EnrolmentFile(options.StateDirectory));
            var active = store.Active;
            store.Tidy();
            return options with { ActiveIdentity = active };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException([NotSettled(options, e.Message)]);
        }
    }

    /// <summary>The same without the identity, for commands that work on what is stored: a device whose certificate is lost still has its readings.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; the exception lists all of it.</exception>
    public static AgentOptions LoadOptions(string path, IDictionary environment, IEnumerable<string> assignments)
    {
        var errors = new List<ConfigurationError>();
        var options = ReadLayers(path, environment, assignments, errors);
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }

    /// <summary>
    /// For a command that looks at sensors before anything else is configured: what is wrong counts only where it is about them, or nothing can be read at all.
    /// </summary>
    /// <param name="path">The configuration; null: there is none yet.</param>
    /// <param name="environment">Variables.</param>
    /// <param name="assignments">Of the command line.</param>
    /// <exception cref="ConfigurationException">Something is wrong; the exception lists all of it.</exception>
    public static AgentOptions LoadForSensors(string? path, IDictionary environment, IEnumerable<string> assignments)
    {
        var errors = new List<ConfigurationError>();
        var options = ReadLayers(path, environment, assignments, errors);
        var section = options.SensorSource.Section;
        string[] keys = [SourceList.Several, section, $"{section}.names", $"{section}.sensors", $"{section}.sysfsRoot"];
        errors.RemoveAll(e => !(keys.Contains(e.Key) || e.Key.StartsWith("--", StringComparison.Ordinal) || e.Key.StartsWith($"{section}.names.", StringComparison.Ordinal)));
        return errors.Count == 0 ? options : throw new ConfigurationException(errors);
    }

    private static AgentOptions ReadLayers(string? path, IDictionary environment, IEnumerable<string> assignments, List<ConfigurationError> errors)
    {
        var file = path is null ? new SettingsLayer(null, []) : SettingsLayers.TryReadFile(path, errors);
        var layers = new List<SettingsLayer?>
        {
            SettingsLayers.FromSdk(environment),
            EndpointOptions.OfServiceManager(environment),
            file,
            SettingsLayers.FromEnvironment(environment, errors),
            SettingsLayers.FromCommandLine(assignments, errors),
        };
        if (file is null) throw new ConfigurationException(errors);

        var full = path is null ? null : Path.GetFullPath(path);
        var folder = full is null ? Environment.CurrentDirectory : Path.GetDirectoryName(full)!;
        return new ConfiguredSettings([.. layers.OfType<SettingsLayer>()], folder, ServiceCredentials.From(environment)) { File = full }.Read(errors);
    }

    /// <summary>From settings to options; what is wrong is noted by the reader.</summary>
    public static AgentOptions Read(SettingsReader settings)
    {
        var thingName = settings.Required("thingName", "the name of the thing that the certificate is attached to");
        var stateDirectory = settings.FilePath("stateDirectory") ?? settings.Required("stateDirectory", "the folder in which the agent keeps what must survive a restart");
        var endpoint = EndpointOptions.Read(settings.Section("endpoint"), stateDirectory);
        var table = TableOptions.Read(settings, thingName);
        var options = new AgentOptions
        {
            ThingName = thingName,
            SerialNumber = settings.Text("serialNumber") ?? thingName,
            StateDirectory = stateDirectory,
            Identity = CredentialSettings.ReadIdentity(settings),
            Credentials = CredentialSettings.ReadRoleAlias(settings, thingName, asksByHttp: table.Endpoint?.Scheme == Uri.UriSchemeHttp),
            PowerReturnSpread = settings.Seconds("powerReturnSpreadSeconds", TimeSpan.FromSeconds(10), 0, 7200),
            Table = table,
            Sources = SourceList.Read(settings, table.ReservedNames),
            Reduction = ReductionOptions.Read(settings.Section("reduction"), table.ReservedNames),
            Upload = UploadOptions.Read(settings.Section("upload"), DynamoDbSink.MaxReadings),
            DataBudget = DataBudgetOptions.Read(settings.Section("dataBudget")),
            Rotation = RotationOptions.Read(settings.Section("rotation")),
            Spool = SpoolOptions.Read(settings.Section("spool")),
            Endpoint = endpoint,
            LocalCredentials = LocalCredentialsOptions.Read(settings.Section("credentials"), stateDirectory, endpoint.Port, endpoint.PagePort),
            Clock = ClockOptions.Read(settings.Section("clock")),
            Control = ControlOptions.Read(settings),
            Provisioning = ProvisioningOptions.Read(settings.Section("provisioning")),
            LogLevel = settings.Choice("logLevel", LogLevel.Information),
            LogFormat = settings.Choice("logFormat", LogFormat.Auto),
        };
        if (options is { Sources: [{ Kind: SourceKind.None, KindName: var none }], Endpoint: { Socket: null, Port: null }, LocalCredentials.Port: null })
            settings.Error("source.kind", none, "no reading can come in: endpoint.socket is off, and endpoint.port is not set. Set one of them, or another source");
        if (settings.Has("serialNumber")) CheckSerialNumber(settings, "serialNumber", options.SerialNumber);
        foreach (var source in options.Sources) CheckSerialNumber(settings, $"{source.Section}.serialNumber", source.SerialNumber ?? "");
        if (settings.Text("stateDirectory") is { } folder && PathForm.FindProblem(folder) is { } form) settings.Error("stateDirectory", folder, form);
        if (File.Exists(options.StateDirectory)) settings.Error("stateDirectory", options.StateDirectory, "is a file; it must be a folder (it is made when it does not exist)");
        settings.ReportUnknown();
        return options;
    }

    private static void CheckSerialNumber(SettingsReader settings, string key, string value)
    {
        if (Encoding.UTF8.GetByteCount(value) > ItemLimits.LongestSerialNumber) settings.Error(key, value, $"is longer than the {ItemLimits.LongestSerialNumber} bytes that a partition key may have");
        else if (value != value.Trim()) settings.Error(key, value, "begins or ends with white space: leave it out");
    }

    private static (DeviceIdentity? Identity, DeviceIdentityOptions Files) LoadIdentity(AgentOptions options, List<ConfigurationError> errors)
    {
        var files = options.Identity;
        if (options.StateDirectory.Length == 0 || files.CertificatePath.Length == 0) return (null, files);
        try
        {
            var (store, file) = (options.StoredIdentity, new EnrolmentFile(options.StateDirectory));
            if (store.StartProblem(file) is { } problem) errors.Add(NotSettled(options, $"{problem}."));
            files = store.ActiveAfterSwap(file);
            return (DeviceIdentity.Load(files), files);
        }
        catch (DeviceIdentityException e)
        {
            errors.AddRange(e.Problems.Select(p => ErrorOf(KeyOf(files, p.Subject), p.Subject, p.What, $"{p.Remedy}{NotPassed(options, p.Subject)}")));
            // It may have said that a swap was under way: then certificate and key no longer match.
            if (new EnrolmentFile(options.StateDirectory).Problem is { } lost) errors.Add(new ConfigurationError("stateDirectory", options.StateDirectory, lost));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(NotSettled(options, e.Message));
        }

        return (null, files);
    }

    private static ConfigurationError ErrorOf(string key, string subject, string what, string remedy) => new(key, subject, $"{what}. {remedy}") { Remedy = remedy };

    private static ConfigurationError NotSettled(AgentOptions options, string problem) =>
        new("certificatePath", options.Identity.CertificatePath, $"a new certificate cannot take its place: {problem} Let the agent's user write to the folder.");

    /// <summary>That a file was looked for among the credentials first.</summary>
    private static string NotPassed(AgentOptions options, string path)
    {
        var (credentials, name) = (options.Configured.Credentials, Path.GetFileName(path));
        if (credentials.Folder is not { } folder || Path.GetDirectoryName(path) != options.Configured.Folder || credentials.Find(name) is not null) return "";
        return $" {folder} ({ServiceCredentials.VariableName}) was looked into first: it has no {name}, or an empty one.";
    }

    private static string KeyOf(DeviceIdentityOptions options, string subject) =>
        options.PrivateKeyPath is { } key && subject == DeviceIdentityOptions.Shown(key) ? "privateKeyPath"
        : subject == options.CertificateChainPath ? "certificateChainPath"
        : "certificatePath";
}

/// <summary>What is configured on the device, kept so that it can be read again with settings from elsewhere on top.</summary>
/// <param name="Layers">File, environment, command line; the later wins.</param>
/// <param name="Folder">What relative paths are relative to.</param>
/// <param name="Credentials">What the service manager passes.</param>
internal sealed record ConfiguredSettings(IReadOnlyList<SettingsLayer> Layers, string Folder, ServiceCredentials Credentials)
{
    /// <summary>The file, absolute; null where there is none.</summary>
    public string? File { get; init; }

    /// <summary>Reads and checks everything.</summary>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="onTop">Each wins over all before; none for the configuration alone.</param>
    public AgentOptions Read(ICollection<ConfigurationError> errors, params IReadOnlyList<SettingsLayer> onTop) =>
        AgentConfiguration.Read(new SettingsReader("", [.. Layers, .. onTop], Folder, errors, Credentials)) with { Configured = this };

    /// <summary>The keys with another value there than here, in order.</summary>
    public IEnumerable<string> DifferencesTo(ConfiguredSettings other)
    {
        var (here, there) = (Values(), other.Values());
        return here.Keys.Union(there.Keys, here.Comparer).Where(k => here.GetValueOrDefault(k) != there.GetValueOrDefault(k)).Order(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Each value as text, sections taken apart; the later layer wins.</summary>
    private Dictionary<string, string> Values()
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var layer in Layers) Add(values, "", layer.Values);
        return values;
    }

    private static void Add(Dictionary<string, string> values, string prefix, JsonObject section)
    {
        foreach (var (name, value) in section)
        {
            if (value is JsonObject inner) Add(values, $"{prefix}{name}{SettingTree.Dot}", inner);
            else if (value is not null) values[prefix + name] = SettingsReader.Scalar(value) ?? value.ToJsonString();
        }
    }
}
