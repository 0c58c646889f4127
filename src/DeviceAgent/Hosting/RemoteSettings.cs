using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Control;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Reduction;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;

namespace DeviceAgent.Hosting;

/// <summary>
/// The active settings: what is configured, with what operators set remotely on top. Handed to the features by one reference write each. What
/// cannot change while the agent runs is as it was at the start. Thread-safe.
/// </summary>
internal sealed class RemoteSettings : IRemoteSettings
{
    /// <summary>Said in errors.</summary>
    private const string Origin = "remote";

    private readonly Lock _gate = new();
    private readonly AgentOptions _started;
    private readonly IReadOnlyList<LiveSetting> _live;
    private Configured _configured;
    private IReadOnlyList<KeyValuePair<string, SettingOverride>> _overrides = [];
    private AgentOptions _active;

    public RemoteSettings(AgentOptions configured)
    {
        _started = _active = configured;
        _configured = new Configured(configured, new SettingsLayer(null, []));
        _live = LiveSetting.Of(configured.Sources);
        Keys = _live.Select(s => s.Key).ToHashSet();
        Sources = [.. configured.Sources.Select(s => new LiveOptions<SourceOptions>(s))];
        (Reduction, Upload, DataBudget, Spool) = (configured.Reduction, configured.Upload, configured.DataBudget, configured.Spool);
    }

    public IReadOnlyList<LiveOptions<SourceOptions>> Sources { get; }

    public LiveOptions<ReductionOptions> Reduction { get; }

    public LiveOptions<UploadOptions> Upload { get; }

    public LiveOptions<DataBudgetOptions> DataBudget { get; }

    public LiveOptions<SpoolOptions> Spool { get; }

    public AgentOptions Options => Volatile.Read(ref _active);

    public IReadOnlySet<string> Keys { get; }

    public IEnumerable<KeyValuePair<string, JsonNode>> Active => _live.Select(s => KeyValuePair.Create(s.Key, s.ValueIn(Options)!));

    public string ConfiguredRoleAlias => _started.Credentials.RoleAlias;

    public VerifiedSettings Verify(IEnumerable<KeyValuePair<string, SettingOverride>> overrides)
    {
        var (wanted, configured) = (overrides.ToList(), Volatile.Read(ref _configured));
        var (options, errors) = Read(configured, wanted);
        return new VerifiedSettings(errors, () =>
        {
            lock (_gate)
            {
                // The configuration may have been read again in between.
                Activate(ReferenceEquals(configured, _configured) ? options : Read(_configured, wanted).Options);
                _overrides = wanted;
            }
        });
    }

    /// <summary>Takes what can change while the agent runs from a configuration that was read again; what operators set stays on top.</summary>
    /// <returns>What has changed, and what is wrong with what operators set, by key: that is no longer active.</returns>
    public (ConfigurationChange Change, IReadOnlyDictionary<string, string> Errors) Reconfigure(AgentOptions read)
    {
        lock (_gate)
        {
            var (configured, before) = (Configured.Of(read, _live), _active);
            var (options, errors) = Read(configured, _overrides);
            if (errors.Count > 0)
            {
                _overrides = [.. _overrides.Where(o => !errors.ContainsKey(o.Key))];
                options = Read(configured, _overrides).Options;
            }

            var touched = _live.Where(s => s.Differs(_configured.Options, read)).Select(s => s.Key).ToHashSet();
            _configured = configured;
            Activate(options);
            var changed = _live.Where(s => s.Differs(before, _active)).ToList();
            return (new ConfigurationChange(
                [.. changed.Select(s => $"{s.Key} = {SettingsReader.Scalar(s.ValueIn(_active))}")],
                [.. touched.Except(changed.Select(s => s.Key)).Order(StringComparer.Ordinal)],
                [.. _started.Configured.DifferencesTo(read.Configured).Where(k => !Keys.Contains(k, StringComparer.OrdinalIgnoreCase))],
                errors.Count == 0 ? null : string.Join("; ", errors.Values)), errors);
        }
    }

    private (AgentOptions Options, IReadOnlyDictionary<string, string> Errors) Read(Configured configured, IReadOnlyList<KeyValuePair<string, SettingOverride>> overrides)
    {
        var values = new JsonObject();
        foreach (var (key, setting) in overrides) SettingTree.Set(values, key, JsonNode.Parse(setting.Value.GetRawText()));
        var found = new List<ConfigurationError>();
        var options = _started.Configured.Read(found, configured.Live, new SettingsLayer(Origin, values));

        // A file of the configuration that has become unreadable since the start is not the operator's doing.
        return (options, found.Where(e => Keys.Contains(e.Key)).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.First().ToString()));
    }

    private void Activate(AgentOptions options)
    {
        // Of the records of options some never equal each other: they hold dictionaries.
        if (!_live.Any(s => s.Differs(options, _active))) return;
        Volatile.Write(ref _active, _started with { Sources = options.Sources, Reduction = options.Reduction, Upload = options.Upload, DataBudget = options.DataBudget, Spool = options.Spool, PowerReturnSpread = options.PowerReturnSpread, LogLevel = options.LogLevel });
        foreach (var (live, source) in Sources.Zip(options.Sources)) live.Set(source);
        Reduction.Set(options.Reduction);
        Upload.Set(options.Upload);
        DataBudget.Set(options.DataBudget);
        Spool.Set(options.Spool);
    }

    /// <summary>What is configured on the device, as it was read last.</summary>
    /// <param name="Options">All of it.</param>
    /// <param name="Live">Of it what can change while the agent runs, to lay over the configuration of the start.</param>
    private sealed record Configured(AgentOptions Options, SettingsLayer Live)
    {
        public static Configured Of(AgentOptions options, IReadOnlyList<LiveSetting> settings)
        {
            var live = new JsonObject();
            foreach (var setting in settings)
            {
                if (setting.ValueIn(options) is { } value) SettingTree.Set(live, setting.Key, value);
            }

            return new Configured(options, new SettingsLayer(null, live));
        }
    }
}

/// <summary>A setting that operators can change while the agent runs.</summary>
/// <param name="Key">As in the configuration, e.g. <c>source.intervalSeconds</c>.</param>
/// <param name="ValueIn">Its value in the options; null where they do not have the source that it is of.</param>
internal sealed record LiveSetting(string Key, Func<AgentOptions, JsonNode?> ValueIn)
{
    /// <summary>Those of every agent.</summary>
    private static readonly LiveSetting[] _common =
    [
        new("reduction.everySeconds", o => o.Reduction.Rule.Every.TotalSeconds),
        new("reduction.deadband", o => o.Reduction.Rule.DeadBand),
        new("reduction.deadbandPercent", o => o.Reduction.Rule.DeadBandPercent),
        new("reduction.onChange", o => o.Reduction.Rule.OnChange),
        new("reduction.atLeastEverySeconds", o => o.Reduction.Rule.AtLeastEvery.TotalSeconds),
        new("upload.batchSize", o => o.Upload.BatchSize),
        new("upload.maxDelaySeconds", o => o.Upload.MaxDelay.TotalSeconds),
        new("upload.maxConcurrency", o => o.Upload.MaxConcurrency),
        new("upload.order", o => Name(o.Upload.Order)),
        new("upload.parkedRetrySeconds", o => o.Upload.ParkedRetry.TotalSeconds),
        new("dataBudget.megabytesPerDay", o => o.DataBudget.MegabytesPerDay),
        new("dataBudget.megabytesPerMonth", o => o.DataBudget.MegabytesPerMonth),
        new("spool.groupCommitReadings", o => o.Spool.GroupCommitReadings),
        new("spool.groupCommitBytes", o => o.Spool.GroupCommitBytes),
        new("spool.groupCommitSeconds", o => o.Spool.GroupCommitDelay.TotalSeconds),
        new("spool.memoryReadings", o => o.Spool.MemoryReadings),
        new("spool.reserveMegabytes", o => o.Spool.ReserveBytes / (1024 * 1024)),
        new("spool.whenFull", o => Name(o.Spool.WhenFull)),
        // Counts at the next start.
        new("powerReturnSpreadSeconds", o => o.PowerReturnSpread.TotalSeconds),
        new("logLevel", o => Name(o.LogLevel)),
    ];

    /// <summary>Those of an agent with these sources.</summary>
    public static IReadOnlyList<LiveSetting> Of(IEnumerable<SourceOptions> sources) => [.. sources.Select(s => IntervalOf(s.Section)), .. _common];

    public bool Differs(AgentOptions one, AgentOptions other) => ValueIn(one) is { } here && ValueIn(other) is { } there && !JsonNode.DeepEquals(here, there);

    private static LiveSetting IntervalOf(string section) => new($"{section}.intervalSeconds", o => o.Sources.FirstOrDefault(s => s.Section == section)?.Interval.TotalSeconds);

    private static JsonNode Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

/// <summary>What operators changed remotely in earlier runs, and the settings that are active with it.</summary>
/// <param name="Memory">What is remembered.</param>
/// <param name="Settings">The active ones.</param>
/// <param name="Conflict">What of it is dropped, because the configuration or the agent has changed since; null when nothing is.</param>
/// <param name="RolledBack">Why settings were taken back with which the agent did not live; null when none were.</param>
internal sealed record StoredSettings(ControlState Memory, RemoteSettings Settings, string? Conflict, string? RolledBack = null)
{
    /// <summary>
    /// To be called once at each start: it counts for settings that have not proven themselves. Without remote control the configuration alone is
    /// used: nobody could take a setting back.
    /// </summary>
    public static StoredSettings Recall(AgentOptions options)
    {
        var (memory, settings) = (ControlState.Recall(options.StateDirectory), new RemoteSettings(options));
        if (options.Control.Host is null) return new StoredSettings(memory, settings, null);
        string? rolledBack = null;
        if (memory.Record.Trial is not null)
        {
            (var record, rolledBack) = SettingsTrial.AtStart(memory.Record, TimeProvider.System.GetUtcNow());
            memory.Note(_ => record);
        }

        var verified = settings.Verify(memory.Record.Settings);
        if (!verified.IsGood) memory.Note(r => Without(r, verified.Errors));
        (verified.IsGood ? verified : settings.Verify(memory.Record.Settings)).Apply();
        return new StoredSettings(memory, settings, verified.IsGood ? null : verified.Reason, rolledBack);
    }

    /// <summary>The configuration was read again. What operators set and that no longer fits is dropped, as at a start.</summary>
    public ConfigurationChange Reconfigure(AgentOptions options)
    {
        var (change, errors) = Settings.Reconfigure(options);
        if (errors.Count > 0) Memory.Note(r => Without(r, errors));
        return change;
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
