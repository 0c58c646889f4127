using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources.Linux;

internal static partial class SensorNames
{
    /// <summary>Lower case letters, digits and single underscores.</summary>
    public static string Clean(string text) => Unfit().Replace(text.ToLowerInvariant(), "_").Trim('_');

    /// <summary>Gives sensors of the same name a number, in the order of the devices that they belong to.</summary>
    public static IReadOnlyList<Sensor> MakeUnique(IEnumerable<Sensor> sensors) =>
    [
        .. sensors.GroupBy(s => s.Name).SelectMany(same => same
            .OrderBy(s => s.Place.Length).ThenBy(s => s.Place, StringComparer.Ordinal)
            .Select((s, i) => i == 0 ? s : s with { Name = $"{s.Name}_{i + 1}" })),
    ];

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Unfit();
}
