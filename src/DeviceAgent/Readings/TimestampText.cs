using System.Globalization;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings;

/// <summary>Timestamps as text: written as ISO-8601 UTC with milliseconds, read from ISO-8601 (no offset means UTC).</summary>
internal static class TimestampText
{
    private const int ToTheMillisecond = 23;

    public static string Format(DateTimeOffset timestamp)
    {
        // A format of one's own takes three times as long.
        Span<char> text = stackalloc char[28];
        timestamp.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[ToTheMillisecond] = 'Z';
        return new string(text[..(ToTheMillisecond + 1)]);
    }

    /// <summary>To the last digit of the second.</summary>
    public static bool TryRead(string text, out ReadingTime timestamp)
    {
        timestamp = default;
        if (!IsoTimestamp.TryParse(text, out var iso)) return false;
        var fraction = FractionOf(text);
        if (fraction.Length > ReadingTime.MaxFractionDigits) return false;
        timestamp = ReadingTime.Of(iso.Time, fraction);
        return true;
    }

    /// <summary>To the millisecond; what is finer is cut off.</summary>
    public static bool TryParse(string text, out DateTimeOffset timestamp)
    {
        var read = TryRead(text, out var exact);
        timestamp = exact.Moment;
        return read;
    }

    public static DateTimeOffset WholeMilliseconds(DateTimeOffset timestamp) =>
        new(timestamp.UtcTicks - (timestamp.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    /// <summary>The digits as they stand, which a number of ticks does not keep: behind the only point or comma of a timestamp.</summary>
    private static string FractionOf(string text)
    {
        var point = text.AsSpan().IndexOfAny('.', ',');
        if (point < 0) return "";
        var end = point + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        return text[(point + 1)..end];
    }
}
