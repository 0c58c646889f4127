using System.Text.RegularExpressions;

namespace DeviceAgent.Readings;

/// <summary>What is wrong with a text that should be a time, and what to write instead.</summary>
internal static partial class TimestampHint
{
    private const string Form = "write 2026-01-05T10:00:00Z";

    /// <param name="text">What was written.</param>
    /// <param name="isOfSource">Whether the settings of the source have a say.</param>
    public static string For(string text, bool isOfSource)
    {
        if (CommaNumber().Match(text) is { Success: true } comma)
            return $"is a number with a comma: write {comma.Groups[1]}.{comma.Groups[2]}{(isOfSource ? ", or in CSV set source.decimalComma to true" : "")}";
        if (DayAndMonth().IsMatch(text)) return $"may be day and month or month and day: {Form}";
        if (TwoDigitYear().IsMatch(text)) return $"has a year of two digits: {Form}";
        if (LeapSecond().IsMatch(text)) return "is a leap second, which clocks of devices do not have: write 59, or the second that follows";
        if (EndOfDay().IsMatch(text)) return "is the end of a day: write 00:00:00 of the next one";
        if (TimeOnly().IsMatch(text)) return $"has no day: {Form}";
        if (HalfDay().IsMatch(text)) return $"is on a clock of 12 hours: {Form}, with 22 for 10 PM";
        if (NamedZone().IsMatch(text)) return $"names its time zone: write the offset from UTC, as in 2026-01-05T10:00:00+01:00, or Z for UTC";
        return $"is not a time: {Form}, with the offset from UTC for Z where it has one";
    }

    [GeneratedRegex("^([+-]?[0-9]+),([0-9]+)$")]
    private static partial Regex CommaNumber();

    [GeneratedRegex(@"^[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}(?![0-9])")]
    private static partial Regex DayAndMonth();

    [GeneratedRegex(@"^'?[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])")]
    private static partial Regex TwoDigitYear();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:60")]
    private static partial Regex LeapSecond();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]24:")]
    private static partial Regex EndOfDay();

    [GeneratedRegex(@"^[0-9]{1,2}:[0-9]{2}(:|$| )")]
    private static partial Regex TimeOnly();

    [GeneratedRegex(@"[0-9] ?[AaPp]\.?[Mm]\.?$")]
    private static partial Regex HalfDay();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.,]+ ?(\[|[A-Za-z]{2})")]
    private static partial Regex NamedZone();
}
