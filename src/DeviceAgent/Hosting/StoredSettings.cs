using DeviceAgent.Control;

namespace DeviceAgent.Hosting;

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
