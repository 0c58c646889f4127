using System.Text.Json.Nodes;
using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Upload;

namespace DeviceAgent.Hosting;

/// <summary>
/// The active settings: what is configured, with what operators set remotely on top. Handed to the features by one reference write each.
/// </summary>
internal sealed class RemoteSettings : IRemoteSettings
{
    /// <summary>Said in errors.</summary>
    private const string Origin = "remote";

    private readonly AgentOptions _configured;
    private AgentOptions _active;

    public RemoteSettings(AgentOptions configured)
    {
        _configured = _active = configured;
        (Source, Upload, Spool) = (configured.Source, configured.Upload, configured.Spool);
    }

    public LiveOptions<SourceOptions> Source { get; }

    public LiveOptions<UploadOptions> Upload { get; }

    public LiveOptions<SpoolOptions> Spool { get; }

    public AgentOptions Options => Volatile.Read(ref _active);

    public IReadOnlySet<string> Keys => LiveSetting.Keys;

    public IEnumerable<KeyValuePair<string, JsonNode>> Active => LiveSetting.All.Select(s => KeyValuePair.Create(s.Key, s.ValueIn(Options)));

    public string ConfiguredRoleAlias => _configured.Credentials.RoleAlias;

    public VerifiedSettings Verify(IEnumerable<KeyValuePair<string, SettingOverride>> overrides)
    {
        var values = new JsonObject();
        foreach (var (key, setting) in overrides) SettingTree.Set(values, key, JsonNode.Parse(setting.Value.GetRawText()));
        var found = new List<ConfigurationError>();
        var options = _configured.Configured.Read(found, new SettingsLayer(Origin, values));

        // A file of the configuration that has become unreadable since the start is not the operator's doing.
        var errors = found.Where(e => LiveSetting.Keys.Contains(e.Key)).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.First().ToString());
        return new VerifiedSettings(errors, () => Apply(_configured with { Source = options.Source, Upload = options.Upload, Spool = options.Spool, LogLevel = options.LogLevel }));
    }

    private void Apply(AgentOptions options)
    {
        Volatile.Write(ref _active, options);
        Source.Set(options.Source);
        Upload.Set(options.Upload);
        Spool.Set(options.Spool);
    }
}
