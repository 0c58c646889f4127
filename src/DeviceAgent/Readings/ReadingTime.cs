using System.Globalization;
using System.Numerics;

namespace DeviceAgent.Readings;

/// <summary>
/// When a reading was taken, in UTC, to the last digit that its source gave. As text it is the second half of the reading's key:
/// <c>2026-01-05T10:00:00.123Z</c> in whole milliseconds, and with the further digits as they came where not all of them are zero.
/// </summary>
internal readonly record struct ReadingTime
{
    /// <summary>More digits of a second than this are refused: a key is bounded.</summary>
    public const int MaxFractionDigits = 100;

    private const int MillisecondDigits = 3;

    private readonly string? _finer;

    private ReadingTime(DateTimeOffset moment, string finer)
    {
        Moment = moment;
        _finer = finer.AsSpan().IndexOfAnyExcept('0') < 0 ? null : finer;
    }

    /// <summary>The whole millisecond, UTC; what is finer is cut off.</summary>
    public DateTimeOffset Moment { get; }

    /// <summary>The digits of the second behind the third, as they came; empty in whole milliseconds.</summary>
    public string Finer => _finer ?? "";

    /// <summary>A moment of a clock, cut to the millisecond.</summary>
    public static ReadingTime ToTheMillisecond(DateTimeOffset moment) => new(TimestampText.WholeMilliseconds(moment), "");

    /// <summary>A second with the digits of its fraction.</summary>
    /// <param name="second">What is below a second in it does not count.</param>
    /// <param name="fraction">Digits only; empty for none.</param>
    public static ReadingTime Of(DateTimeOffset second, string fraction)
    {
        var whole = second.UtcTicks - (second.UtcTicks % TimeSpan.TicksPerSecond);
        var milliseconds = int.Parse(fraction.PadRight(MillisecondDigits, '0')[..MillisecondDigits], NumberStyles.None, CultureInfo.InvariantCulture);
        return new(new DateTimeOffset(whole, TimeSpan.Zero).AddMilliseconds(milliseconds), fraction.Length > MillisecondDigits ? fraction[MillisecondDigits..] : "");
    }

    /// <summary>Seconds since 1970, as <paramref name="unscaled"/> divided by ten to the power of <paramref name="places"/>; null outside the years 1 to 9999.</summary>
    public static ReadingTime? OfEpoch(BigInteger unscaled, int places)
    {
        var scale = BigInteger.Pow(10, places);
        var fraction = BigInteger.Remainder(unscaled, scale);
        if (fraction.Sign < 0) fraction += scale;
        var seconds = (unscaled - fraction) / scale;
        if (seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return null;
        return Of(DateTimeOffset.FromUnixTimeSeconds((long)seconds), places == 0 ? "" : fraction.ToString(CultureInfo.InvariantCulture).PadLeft(places, '0'));
    }

    /// <summary>The time of a stored reading, whose column holds whole milliseconds: what is finer stands in its text, unless that means another moment.</summary>
    public static ReadingTime Restore(DateTimeOffset stored, ReadingTime? own) =>
        own is { } exact && exact.Moment == stored ? exact : ToTheMillisecond(stored);

    /// <summary>Moved by whole milliseconds.</summary>
    public ReadingTime Add(TimeSpan span) => new(TimestampText.WholeMilliseconds(Moment + span), Finer);

    public bool IsBefore(ReadingTime other) => Moment < other.Moment || (Moment == other.Moment && string.CompareOrdinal(Finer, other.Finer) < 0);

    public override string ToString() =>
        _finer is null ? TimestampText.Format(Moment) : string.Concat(TimestampText.Format(Moment).AsSpan()[..^1], _finer, "Z");
}
