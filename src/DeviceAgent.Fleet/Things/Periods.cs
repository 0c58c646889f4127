using System.Globalization;

namespace DeviceAgent.Fleet.Things;

/// <summary>Times and rates as operators write them.</summary>
internal static class Periods
{
    /// <summary><c>90s</c>, <c>10m</c> or <c>10min</c>, <c>2h</c>, <c>30d</c>; a number alone is seconds.</summary>
    public static bool TryParse(string text, out TimeSpan period)
    {
        period = default;
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1e8) return false;
        double? seconds = text[digits..].Trim().ToLowerInvariant() switch
        {
            "" or "s" or "sec" => 1,
            "m" or "min" => 60,
            "h" => 3600,
            "d" or "day" or "days" => 86400,
            _ => null,
        };
        period = TimeSpan.FromSeconds(number * (seconds ?? 0));
        return seconds is not null;
    }

    /// <summary><c>60/min</c>, <c>2/s</c>, <c>600/h</c> or <c>60</c>: devices a minute, 1 to 1000.</summary>
    public static bool TryParseRate(string text, out int perMinute)
    {
        perMinute = 0;
        var parts = text.Split('/', 2, StringSplitOptions.TrimEntries);
        if (!double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        double? each = parts.ElementAtOrDefault(1)?.ToLowerInvariant() switch
        {
            null or "min" or "m" or "minute" => 1,
            "s" or "sec" => 60,
            "h" or "hour" => 1.0 / 60,
            _ => null,
        };
        var rate = number * (each ?? 0);
        if (rate is < 1 or > 1000) return false;
        perMinute = (int)rate;
        return true;
    }

    /// <summary><c>10%</c> or <c>10</c>: 0 to 100.</summary>
    public static bool TryParsePercentage(string text, out double percentage) =>
        double.TryParse(text.TrimEnd('%', ' '), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out percentage) && percentage is >= 0 and <= 100;
}
