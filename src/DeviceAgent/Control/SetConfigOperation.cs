using System.Text.Json;
using DeviceAgent.Settings;

namespace DeviceAgent.Control;

/// <summary>
/// <c>{"operation":"set-config","settings":{"source":{"intervalSeconds":10}},"reset":["upload","logLevel"]}</c>: all of it or nothing. <c>reset</c> takes
/// settings, or all of a section, back to what is configured. A null in <c>settings</c> does so, too, but AWS IoT Jobs leave nulls out on the way to the device.
/// </summary>
internal sealed class SetConfigOperation(IRemoteSettings settings, ControlState state) : IOperation
{
    public const string SettingsName = "settings";
    public const string ResetName = "reset";

    public string Name => OperationNames.SetConfig;

    public IReadOnlyList<string> Arguments => [SettingsName, ResetName];

    public Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken) =>
        Task.FromResult(Execute(arguments, progress));

    private ChangeOutcome Execute(JsonElement arguments, IChangeProgress progress)
    {
        var (hasSettings, hasReset) = (arguments.TryGetProperty(SettingsName, out var wanted), arguments.TryGetProperty(ResetName, out var reset));
        if (!hasSettings && !hasReset)
            return Invalid($"The job document must have \"{SettingsName}\", an object such as {{\"source\":{{\"intervalSeconds\":10}}}}, or \"{ResetName}\", a list such as [\"source.intervalSeconds\"].");
        if (hasSettings && wanted.ValueKind != JsonValueKind.Object) return Invalid($"\"{SettingsName}\" must be an object such as {{\"source\":{{\"intervalSeconds\":10}}}}.");
        if (hasReset && !IsListOfTexts(reset)) return Invalid($"\"{ResetName}\" must be a list of settings or sections such as [\"source\",\"upload.batchSize\"].");
        if (hasSettings && Empty(wanted) is { Count: > 0 } empty) return Invalid(EmptyReason(empty));

        var values = hasSettings ? SettingTree.Leaves(wanted).ToList() : [];
        var resets = hasReset ? reset.EnumerateArray().Select(r => r.GetString()!).Distinct().ToList() : [];
        var unknown = values.Where(v => !settings.Keys.Contains(v.Key)).Select(v => $"{v.Key}: cannot be set remotely{Hint(v.Key, settings.Keys)}")
            .Concat(resets.Where(r => !KeysOf(r).Any()).Select(r => $"{ResetName} \"{r}\": is no setting or section that can be set remotely{Hint(r, [.. settings.Keys, .. Sections])}")).ToList();
        if (unknown.Count > 0) return ChangeOutcome.Rejected(ChangeCodes.UnknownSetting, string.Join("; ", unknown));
        if (values.Where(v => resets.Contains(v.Key)).Select(v => v.Key).ToList() is { Count: > 0 } both)
            return Invalid($"{string.Join(", ", both)}: in \"{SettingsName}\" and in \"{ResetName}\"; keep one of the two.");

        var before = state.Record.Settings;
        var overrides = before.ToDictionary();
        foreach (var key in resets.SelectMany(KeysOf)) overrides.Remove(key);
        foreach (var (key, value) in values)
        {
            if (value.ValueKind == JsonValueKind.Null) overrides.Remove(key);
            else overrides[key] = new SettingOverride(value, ChangeOrigin.Job);
        }

        var verified = settings.Verify(overrides);
        if (!verified.IsGood) return ChangeOutcome.Rejected(ChangeCodes.InvalidSettings, verified.Reason);
        if (SettingsTrial.Differences(before, overrides).Count == 0) return ChangeOutcome.Unchanged(UnchangedReason(values, resets));
        progress.Reached("verified");
        if (state.TryChange(r => SettingsTrial.Begin(r, overrides, r.Executing ?? new ExecutingChange(Name, ChangeOrigin.Job, ""))) is { } problem) return ChangeOutcome.Rejected(ChangeCodes.StateNotSaved, problem);
        verified.Apply();
        return ChangeOutcome.Applied;
    }

    /// <summary>The setting itself, or those of the section.</summary>
    private IEnumerable<string> KeysOf(string name) => settings.Keys.Where(k => k == name || k.StartsWith($"{name}{SettingTree.Dot}", StringComparison.Ordinal));

    private IEnumerable<string> Sections => settings.Keys.Where(k => k.Contains(SettingTree.Dot)).Select(k => k[..k.IndexOf(SettingTree.Dot)]).Distinct();

    private static ChangeOutcome Invalid(string reason) => ChangeOutcome.Rejected(ChangeCodes.InvalidArgument, reason);

    private static bool IsListOfTexts(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String);

    /// <summary>Objects in which nothing is: they would have no effect.</summary>
    private static List<string> Empty(JsonElement wanted, string key = "") => !wanted.EnumerateObject().Any()
        ? [$"{SettingsName}{key}"]
        : [.. wanted.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).SelectMany(p => Empty(p.Value, $"{key}{SettingTree.Dot}{p.Name}"))];

    private static string EmptyReason(List<string> empty)
    {
        var sections = empty.Select(e => e == SettingsName ? "source" : e[(SettingsName.Length + 1)..]).Select(s => $"\"{s}\"");
        return $"{string.Join(", ", empty)}: empty, which has no effect. AWS IoT Jobs leave out values that are null: to go back to what is configured, write \"{ResetName}\":[{string.Join(",", sections)}].";
    }

    private static string UnchangedReason(List<(string Key, JsonElement Value)> values, List<string> resets)
    {
        var set = values.Where(v => v.Value.ValueKind != JsonValueKind.Null).Select(v => $"{v.Key} is set to {v.Value.GetRawText()} already");
        var unset = values.Where(v => v.Value.ValueKind == JsonValueKind.Null).Select(v => v.Key).Concat(resets).Select(k => $"of {k} nothing is set remotely");
        return $"{string.Join("; ", set.Concat(unset))}.";
    }

    private static string Hint(string key, IEnumerable<string> candidates) => key == "roleAlias" ? $" by {OperationNames.SetConfig}; use the operation {OperationNames.RotateRoleAlias}" : Spelling.Hint(key, candidates);
}
