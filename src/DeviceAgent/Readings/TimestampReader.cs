using System.Globalization;
using System.Numerics;
using System.Text.Json;
using DeviceAgent.Clock;

namespace DeviceAgent.Readings;

/// <summary>
/// Reads the times of readings: ISO-8601, or numbers of the given unit. A number whose unit is not given is taken for the time since 1970 in
/// seconds, milliseconds, microseconds or nanoseconds, and must lie between 2000 and a day from now: what does not is no such time, and
/// refused. While the device does not know the time, "now" bounds nothing: then it must lie before 2100, which still tells the units apart.
/// </summary>
/// <param name="unit">Of the numbers.</param>
/// <param name="start">For <see cref="TimestampUnit.StartSeconds"/>; whole milliseconds.</param>
/// <param name="time">The agent's clock.</param>
/// <param name="isOfSource">Of the configured source, whose settings a remedy may name.</param>
internal sealed class TimestampReader(TimestampUnit unit, DateTimeOffset? start, TimeProvider time, bool isOfSource = true)
{
    private const int SecondsOfDay = 86_400;

    /// <summary>The decimal places by which a number of each unit is larger than one of seconds.</summary>
    private static readonly int[] PlacesOfUnits = [0, 3, 6, 9];

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset LatestWithoutClock = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    /// <summary>Day 0 of a spreadsheet, so that its days from 1900-03-01 on are right; before, it counts a day that never was.</summary>
    private static readonly DateTimeOffset SpreadsheetEpoch = new(1899, 12, 30, 0, 0, 0, TimeSpan.Zero);

    private const int FirstSpreadsheetDay = 61;

    /// <summary>For what the agent itself has written: it is not judged again.</summary>
    public static TimestampReader Stored { get; } = new(TimestampUnit.S, null, TimeProvider.System);

    /// <summary>The time as written in text, numbers included; else what is wrong with it, and what to write.</summary>
    public ReadingTime? TryRead(string text, out string? problem)
    {
        text = text.Trim();
        if (DecimalText.Normalize(text) is { } number) return TryReadNumber(number, text, out problem);
        if (text.Length == 0)
        {
            problem = "is empty: every reading here needs its time, e.g. 2026-01-05T10:00:00Z";
            return null;
        }

        if (TimestampText.TryRead(text, out var timestamp))
        {
            problem = null;
            return timestamp;
        }

        problem = TimestampHint.For(text, isOfSource);
        return null;
    }

    /// <summary>The property <c>timestamp</c> of a JSON object.</summary>
    public ReadingTime? TryRead(JsonElement json, out string? problem)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return TryRead(json.GetString()!, out problem);
            case JsonValueKind.Number:
                return TryReadNumber(json.GetRawText(), json.GetRawText(), out problem);
            default:
                problem = $"must be a text or a number, not {json.ValueKind}: write 2026-01-05T10:00:00Z, or leave it out where the agent is to give the time";
                return null;
        }
    }

    private ReadingTime? TryReadNumber(string number, string text, out string? problem)
    {
        problem = null;
        if (DecimalText.TryExact(number) is not var (unscaled, places))
        {
            problem = "has too many digits for a time";
            return null;
        }

        var read = unit switch
        {
            TimestampUnit.Auto => TryReadEpoch(unscaled, places),
            TimestampUnit.S => ReadingTime.OfEpoch(unscaled, places),
            TimestampUnit.Ms => ReadingTime.OfEpoch(unscaled, places + 3),
            TimestampUnit.Us => ReadingTime.OfEpoch(unscaled, places + 6),
            TimestampUnit.Ns => ReadingTime.OfEpoch(unscaled, places + 9),
            TimestampUnit.Excel => TryReadSpreadsheet(unscaled, places),
            TimestampUnit.StartSeconds => SinceStart(unscaled, places),
            _ => null,
        };
        if (read is null) problem = Problem(text, unscaled, places);
        return read;
    }

    private ReadingTime? TryReadEpoch(BigInteger unscaled, int places)
    {
        foreach (var more in PlacesOfUnits)
        {
            if (ReadingTime.OfEpoch(unscaled, places + more) is { } candidate && candidate.Moment >= Earliest && candidate.Moment <= Latest) return candidate;
        }

        return null;
    }

    private DateTimeOffset Latest => time is DeviceClock { IsTrusted: false } ? LatestWithoutClock : time.GetUtcNow() + Tolerance;

    /// <summary>To the nearest millisecond: a spreadsheet's own numbers are not finer.</summary>
    private static ReadingTime? TryReadSpreadsheet(BigInteger unscaled, int places)
    {
        var scale = BigInteger.Pow(10, places);
        if (unscaled < FirstSpreadsheetDay * scale) return null;
        var milliseconds = ((unscaled * SecondsOfDay * 1000 * 2) + scale) / (scale * 2);
        return ReadingTime.OfEpoch(milliseconds + SpreadsheetEpoch.ToUnixTimeMilliseconds(), 3);
    }

    private ReadingTime? SinceStart(BigInteger unscaled, int places)
    {
        var all = Math.Max(places, 3);
        return ReadingTime.OfEpoch((unscaled * BigInteger.Pow(10, all - places)) + (start!.Value.ToUnixTimeMilliseconds() * BigInteger.Pow(10, all - 3)), all);
    }

    private string Problem(string text, BigInteger unscaled, int places) => unit switch
    {
        TimestampUnit.Auto => $"is no time between 2000-01-01 and {(time is DeviceClock { IsTrusted: false } ? "2100" : "a day from now")} in any unit{Seen(unscaled, places)}: "
            + "write 2026-01-05T10:00:00Z, or " + (isOfSource ? "say in source.timestampUnit what the numbers are (s, ms, us, ns, excel, startSeconds)" : "the seconds, milliseconds, microseconds or nanoseconds since 1970"),
        TimestampUnit.Iso => "is a number, and source.timestampUnit is iso: write 2026-01-05T10:00:00Z",
        TimestampUnit.Excel => $"is no day of a spreadsheet from {FirstSpreadsheetDay} (1900-03-01) on, which source.timestampUnit says",
        _ => string.Create(CultureInfo.InvariantCulture, $"lies outside the years 1 to 9999 in the unit of source.timestampUnit"),
    };

    /// <summary>As what it would have been taken.</summary>
    private static string Seen(BigInteger unscaled, int places) =>
        ReadingTime.OfEpoch(unscaled, places) is { } seconds ? $" (in seconds since 1970 it is {seconds})" : "";
}
