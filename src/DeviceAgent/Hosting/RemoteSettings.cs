using System.Text.Json;
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

/// <summary>A setting that operators can change while the agent runs.</summary>
/// <param name="Key">As in the configuration, e.g. <c>source.intervalSeconds</c>.</param>
/// <param name="ValueIn">Its value in the options.</param>
internal sealed record LiveSetting(string Key, Func<AgentOptions, JsonNode> ValueIn)
{
    public static IReadOnlyList<LiveSetting> All { get; } =
    [
        new("source.intervalSeconds", o => o.Source.Interval.TotalSeconds),
        new("upload.batchSize", o => o.Upload.BatchSize),
        new("upload.maxDelaySeconds", o => o.Upload.MaxDelay.TotalSeconds),
        new("upload.maxConcurrency", o => o.Upload.MaxConcurrency),
        new("upload.order", o => Name(o.Upload.Order)),
        new("upload.parkedRetrySeconds", o => o.Upload.ParkedRetry.TotalSeconds),
        new("spool.groupCommitReadings", o => o.Spool.GroupCommitReadings),
        new("spool.groupCommitBytes", o => o.Spool.GroupCommitBytes),
        new("spool.groupCommitSeconds", o => o.Spool.GroupCommitDelay.TotalSeconds),
        new("spool.memoryReadings", o => o.Spool.MemoryReadings),
        new("spool.reserveMegabytes", o => o.Spool.ReserveBytes / (1024 * 1024)),
        new("spool.whenFull", o => Name(o.Spool.WhenFull)),
        new("logLevel", o => Name(o.LogLevel)),
    ];

    public static IReadOnlySet<string> Keys { get; } = All.Select(s => s.Key).ToHashSet();

    private static JsonNode Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>What operators changed remotely in earlier runs, and the settings that are active with it.</summary>
/// <param name="Memory">What is remembered.</param>
/// <param name="Settings">The active ones.</param>
/// <param name="Conflict">What of it is dropped, because the configuration or the agent has changed since; null when nothing is.</param>
internal sealed record StoredSettings(ControlState Memory, RemoteSettings Settings, string? Conflict)
{
    /// <summary>Without remote control the configuration alone is used: nobody could take a setting back.</summary>
    public static StoredSettings Recall(AgentOptions options)
    {
        var (memory, settings) = (ControlState.Recall(options.StateDirectory), new RemoteSettings(options));
        if (options.Control.Host is null) return new StoredSettings(memory, settings, null);
        var verified = settings.Verify(memory.Record.Settings);
        if (!verified.IsGood) memory.Note(r => Without(r, verified.Errors));
        (verified.IsGood ? verified : settings.Verify(memory.Record.Settings)).Apply();
        return new StoredSettings(memory, settings, verified.IsGood ? null : verified.Reason);
    }

    private static ControlRecord Without(ControlRecord record, IReadOnlyDictionary<string, string> errors)
    {
        var handled = record.Handled.ToDictionary();
        foreach (var (key, problem) in errors)
        {
            if (handled.TryGetValue(key, out var desire)) handled[key] = desire with { Rejection = problem };
        }

        return record with { Settings = record.Settings.Where(s => !errors.ContainsKey(s.Key)).ToDictionary(), Handled = handled };
    }
}
