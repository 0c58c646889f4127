namespace DeviceAgent.Credentials.Text;

/// <summary>
/// The one reader of timestamps as text. ISO-8601 as people and programs write it: <c>2026-01-05T10:00:00.123Z</c>, a space or <c>t</c> for the <c>T</c>,
/// <c>z</c>, <c> UTC</c>, <c>+hh</c>, <c>+hhmm</c>, <c>+hh:mm</c> or nothing (UTC) for the offset, a comma for the point, seconds or the whole time left out,
/// and the basic form <c>20260105T100000Z</c>.
/// </summary>
/// <param name="Time">In UTC, cut (not rounded) to 100 ns, which is what it can hold.</param>
/// <param name="Beyond">The digits of the second from the eighth on, as they came; empty when there are none.</param>
internal readonly record struct IsoTimestamp(DateTimeOffset Time, string Beyond)
{
    private const int DigitsOfTicks = 7;
    private const int MaxOffsetHours = 14;
    private const int MaxLength = 128;

    public static bool TryParse(ReadOnlySpan<char> text, out IsoTimestamp timestamp)
    {
        timestamp = default;
        var rest = text.Trim();
        if (rest.Length > MaxLength || !TryReadDate(ref rest, out var basic, out var date)) return false;
        if (rest.IsEmpty) return !basic && TryMake(date, 0, 0, "", out timestamp);
        if (rest[0] is not ('T' or 't' or ' ')) return false;
        rest = rest[1..];
        if (!TryReadTime(ref rest, basic, out var ticks, out var beyond)) return false;
        if (rest is [' ', ..]) rest = rest[1..];
        return TryReadOffset(rest, out var offset) && TryMake(date, ticks, offset, beyond, out timestamp);
    }

    private static bool TryReadDate(ref ReadOnlySpan<char> rest, out bool basic, out DateTime date)
    {
        date = default;
        basic = rest.Length > 8 && rest[4] != '-';
        return TryReadDigits(ref rest, 4, out var year)
            && (basic || TrySkip(ref rest, '-')) && TryReadDigits(ref rest, 2, out var month)
            && (basic || TrySkip(ref rest, '-')) && TryReadDigits(ref rest, 2, out var day)
            && TryDate(year, month, day, out date);
    }

    private static bool TryDate(int year, int month, int day, out DateTime date)
    {
        date = default;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        return true;
    }

    private static bool TryReadTime(ref ReadOnlySpan<char> rest, bool basic, out long ticks, out string beyond)
    {
        (ticks, beyond) = (0, "");
        if (!TryReadDigits(ref rest, 2, out var hour) || hour > 23) return false;
        if (!(basic || TrySkip(ref rest, ':')) || !TryReadDigits(ref rest, 2, out var minute) || minute > 59) return false;
        ticks = (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute);
        if (basic ? rest is not [>= '0' and <= '9', ..] : !TrySkip(ref rest, ':')) return true;
        if (!TryReadDigits(ref rest, 2, out var second) || second > 59) return false;
        ticks += second * TimeSpan.TicksPerSecond;
        if (rest is not ['.' or ',', >= '0' and <= '9', ..]) return true;
        rest = rest[1..];
        var length = rest.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? rest : rest[..length];
        rest = rest[digits.Length..];
        var unit = TimeSpan.TicksPerSecond;
        foreach (var digit in digits[..Math.Min(digits.Length, DigitsOfTicks)]) ticks += (digit - '0') * (unit /= 10);
        if (digits.Length > DigitsOfTicks) beyond = digits[DigitsOfTicks..].ToString();
        return true;
    }

    /// <summary>In ticks.</summary>
    private static bool TryReadOffset(ReadOnlySpan<char> rest, out long offset)
    {
        offset = 0;
        if (rest is "" or "Z" or "z" or "UTC") return true;
        // U+2212 is the minus of ISO-8601.
        if (rest[0] is not ('+' or '-' or '\u2212')) return false;
        var sign = rest[0] == '+' ? 1 : -1;
        rest = rest[1..];
        var minute = 0;
        if (!TryReadDigits(ref rest, 2, out var hour)) return false;
        if (!rest.IsEmpty)
        {
            TrySkip(ref rest, ':');
            if (!TryReadDigits(ref rest, 2, out minute) || minute > 59 || !rest.IsEmpty) return false;
        }

        offset = sign * ((hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute));
        return Math.Abs(offset) <= MaxOffsetHours * TimeSpan.TicksPerHour;
    }

    private static bool TryMake(DateTime date, long ticks, long offset, string beyond, out IsoTimestamp timestamp)
    {
        timestamp = default;
        var utc = date.Ticks + ticks - offset;
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks) return false;
        timestamp = new IsoTimestamp(new DateTimeOffset(utc, TimeSpan.Zero), beyond);
        return true;
    }

    private static bool TryReadDigits(ref ReadOnlySpan<char> rest, int count, out int number)
    {
        number = 0;
        if (rest.Length < count) return false;
        foreach (var character in rest[..count])
        {
            if (!char.IsAsciiDigit(character)) return false;
            number = (number * 10) + (character - '0');
        }

        rest = rest[count..];
        return true;
    }

    private static bool TrySkip(ref ReadOnlySpan<char> rest, char character)
    {
        if (rest.IsEmpty || rest[0] != character) return false;
        rest = rest[1..];
        return true;
    }
}
