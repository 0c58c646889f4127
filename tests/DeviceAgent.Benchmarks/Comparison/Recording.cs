using System.Globalization;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>The readings that everybody writes: six attributes and a timestamp of their own, as NDJSON.</summary>
internal static class Recording
{
    public const int Attributes = 6;

    private static readonly DateTime _begin = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Writes the file unless it is there; returns its path.</summary>
    public static string File(string folder, int readings)
    {
        var path = Path.Combine(folder, $"{readings}.ndjson");
        if (!System.IO.File.Exists(path)) System.IO.File.WriteAllLines(path, Enumerable.Range(0, readings).Select(Line));
        return path;
    }

    /// <summary>No number ends in a zero after the point: JavaScript would leave it out and send less.</summary>
    public static string Line(int n) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"timestamp":"{{_begin.AddSeconds(n):yyyy-MM-ddTHH:mm:ss.fffZ}}","temperature":{{20 + n % 50 / 10}}.{{n % 10}}1,"humidity":{{40 + n % 30}}.{{n % 7}}13,"light":{{n % 900}},"co2":{{400 + n % 700}}.{{n % 3}}3,"humidity_ratio":0.00{{400 + n % 100}}1,"occupancy":{{(n % 2 == 0 ? "false" : "true")}}}""");
}
