using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Readings;

/// <summary>Timestamps as text: written as ISO-8601 UTC with milliseconds, read from ISO-8601 (no offset means UTC) or epoch numbers.</summary>
internal static class TimestampText
{
    /// <summary>Epoch numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.</summary>
    private const decimal FirstEpochInMilliseconds = 100_000_000_000;

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    public static string Format(DateTimeOffset timestamp) =>
        timestamp.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out DateTimeOffset timestamp)
    {
        text = text.Trim();
        if (DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out timestamp))
        {
            timestamp = WholeMilliseconds(timestamp);
            return true;
        }

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var epoch) && TryFromEpoch(epoch, out timestamp);
    }

    public static bool TryParse(JsonElement json, out DateTimeOffset timestamp)
    {
        timestamp = default;
        return json.ValueKind switch
        {
            JsonValueKind.String => TryParse(json.GetString()!, out timestamp),
            JsonValueKind.Number => json.TryGetDecimal(out var epoch) && TryFromEpoch(epoch, out timestamp),
            _ => false,
        };
    }

    public static DateTimeOffset WholeMilliseconds(DateTimeOffset timestamp) =>
        new(timestamp.UtcTicks - (timestamp.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private static bool TryFromEpoch(decimal epoch, out DateTimeOffset timestamp)
    {
        timestamp = default;
        var milliseconds = Math.Abs(epoch) < FirstEpochInMilliseconds ? epoch * 1000 : epoch;
        if (milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()) return false;
        timestamp = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Floor(milliseconds));
        return true;
    }
}
