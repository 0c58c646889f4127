using System.Text.Json;
using DeviceAgent.Settings;

namespace DeviceAgent.Control;

/// <summary>
/// <c>{"operation":"set-config","settings":{"source":{"intervalSeconds":10}}}</c>: all of it or nothing. A null takes a setting back to what is
/// configured.
/// </summary>
internal sealed class SetConfigOperation(IRemoteSettings settings, ControlState state) : IOperation
{
    public const string SettingsName = "settings";

    public string Name => OperationNames.SetConfig;

    public Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken) =>
        Task.FromResult(Execute(arguments, progress));

    private ChangeOutcome Execute(JsonElement arguments, IChangeProgress progress)
    {
        if (!arguments.TryGetProperty(SettingsName, out var wanted) || wanted.ValueKind != JsonValueKind.Object || !wanted.EnumerateObject().Any())
            return ChangeOutcome.Rejected(ChangeCodes.InvalidArgument, $"The job document must have \"{SettingsName}\", an object such as {{\"source\":{{\"intervalSeconds\":10}}}}.");
        var values = SettingTree.Leaves(wanted).ToList();
        var unknown = values.Where(v => !settings.Keys.Contains(v.Key)).Select(v => $"{v.Key}: cannot be set remotely{Hint(v.Key)}").ToList();
        if (unknown.Count > 0) return ChangeOutcome.Rejected(ChangeCodes.UnknownSetting, string.Join("; ", unknown));

        var overrides = state.Record.Settings.ToDictionary();
        foreach (var (key, value) in values)
        {
            if (value.ValueKind == JsonValueKind.Null) overrides.Remove(key);
            else overrides[key] = new SettingOverride(value, ChangeOrigin.Job);
        }

        var verified = settings.Verify(overrides);
        if (!verified.IsGood) return ChangeOutcome.Rejected(ChangeCodes.InvalidSettings, verified.Reason);
        progress.Reached("verified");
        if (state.TryChange(r => SettingsTrial.Begin(r, overrides, r.Executing ?? new ExecutingChange(Name, ChangeOrigin.Job, ""))) is { } problem) return ChangeOutcome.Rejected(ChangeCodes.StateNotSaved, problem);
        verified.Apply();
        return ChangeOutcome.Applied;
    }

    private string Hint(string key) => key == "roleAlias" ? $" by {OperationNames.SetConfig}; use the operation {OperationNames.RotateRoleAlias}" : Spelling.Hint(key, settings.Keys);
}
