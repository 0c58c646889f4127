using System.Text.Json.Nodes;
using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Hosting;

/// <summary>
/// The settings in force: what is configured, with what operators set from afar on top. Checked by the same code as the
/// configuration file, and handed to the features by one reference write each.
/// </summary>
internal sealed class RemoteSettings
{
    /// <summary>Said in errors.</summary>
    private const string Origin = "remote";

    private readonly AgentOptions _configured;
    private AgentOptions _inForce;

    public RemoteSettings(AgentOptions configured)
    {
        _configured = _inForce = configured;
        (Source, Upload, Spool) = (configured.Source, configured.Upload, configured.Spool);
    }

    public LiveOptions<SourceOptions> Source { get; }

    public LiveOptions<UploadOptions> Upload { get; }

    public LiveOptions<SpoolOptions> Spool { get; }

    public AgentOptions InForce => Volatile.Read(ref _inForce);

    /// <summary>Checks all; changes nothing.</summary>
    public VerifiedSettings Verify(IEnumerable<KeyValuePair<string, SettingOverride>> overrides)
    {
        var values = new JsonObject();
        foreach (var (key, setting) in overrides) SettingTree.Set(values, key, JsonNode.Parse(setting.Value.GetRawText()));
        var found = new List<ConfigurationError>();
        var options = _configured.Configured.Read(found, new SettingsLayer(Origin, values));

        // A file of the configuration that has become unreadable since the start is not the operator's doing.
        var errors = found.Where(e => LiveSetting.Keys.Contains(e.Key)).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.First().ToString());
        return new VerifiedSettings(_configured with { Source = options.Source, Upload = options.Upload, Spool = options.Spool, LogLevel = options.LogLevel }, errors);
    }

    public void Apply(VerifiedSettings settings)
    {
        Volatile.Write(ref _inForce, settings.Options);
        Source.Set(settings.Options.Source);
        Upload.Set(settings.Options.Upload);
        Spool.Set(settings.Options.Spool);
    }
}
