using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources;

/// <summary>From what the kernel calls a sensor to the name of its attribute: lower case letters, digits and single underscores.</summary>
internal static partial class SensorNames
{
    /// <summary>The chip's name and the first of the further ones of which anything is left.</summary>
    /// <param name="interface">Stands for a chip of whose name nothing is left.</param>
    /// <param name="chip">As the driver names it.</param>
    /// <param name="further">Label, channel.</param>
    public static string Of(string @interface, string chip, params IEnumerable<string?> further)
    {
        var cleaned = Clean(chip);
        var name = cleaned.Length > 0 ? cleaned : @interface;
        return further.Select(f => Clean(f ?? "")).FirstOrDefault(f => f.Length > 0) is { } more ? $"{name}_{more}" : name;
    }

    private static string Clean(string text) => Unfit().Replace(text.ToLowerInvariant(), "_").Trim('_');

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Unfit();
}
