using System.Text.Json.Nodes;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Commands.Init;

/// <summary>What a device reads, in the words of <c>aws-setup.sh --source</c>.</summary>
internal static class SourceChoice
{
    public const string Kinds = "linux, none, stdin, replay:FILE or simulated";

    private const string Replay = "replay:";

    /// <summary>As often as an owner looks at a thermometer.</summary>
    private const int IntervalSeconds = 60;

    /// <summary>The section <c>source</c>; null where the words name no source.</summary>
    /// <param name="words">What was said.</param>
    /// <param name="folder">Where it was said: a recording's path may be relative.</param>
    public static JsonObject? Of(string words, string folder) => words switch
    {
        "linux" => new JsonObject { ["kind"] = words, ["intervalSeconds"] = IntervalSeconds },
        "none" or "stdin" or "simulated" => new JsonObject { ["kind"] = words },
        { Length: > 7 } when words.StartsWith(Replay, StringComparison.Ordinal) => new JsonObject { ["kind"] = "replay", ["file"] = SettingPaths.Absolute(words[Replay.Length..], folder) },
        _ => null,
    };

    /// <summary>How many sensors <c>linux</c> would find.</summary>
    public static async Task<int> CountSensorsAsync(string? sysfsRoot, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var kind in SensorKinds.In(sysfsRoot ?? new SourceOptions { Kind = SourceKind.Linux }.SysfsRoot, TimeProvider.System))
        {
            await foreach (var _ in kind.FindAsync(cancellationToken).ConfigureAwait(false)) count++;
        }

        return count;
    }
}
