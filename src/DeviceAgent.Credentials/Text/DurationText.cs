using System.Globalization;

namespace DeviceAgent.Credentials.Text;

/// <summary>A length of time in words: <c>0.4 s</c>, <c>90 s</c>, <c>20 min</c>, <c>12 h</c>, <c>30 days</c>, <c>33 years</c>. Never negative.</summary>
internal static class DurationText
{
    private const double DaysOfAYear = 365.25;

    public static string Of(TimeSpan duration)
    {
        var span = duration.Duration();
        return span.TotalSeconds switch
        {
            < 10 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
            < 120 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
            < 7200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
            < 172_800 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0} h"),
            < 63_115_200 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0} days"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays / DaysOfAYear:0} years"),
        };
    }
}

/// <summary>A length of time in a log: written as <see cref="DurationText"/> only where the line is.</summary>
internal readonly record struct Duration(TimeSpan Length)
{
    public static implicit operator Duration(TimeSpan length) => new(length);

    public override string ToString() => DurationText.Of(Length);
}

/// <summary>How far a clock is from another: <c>33 years behind</c>, <c>90 s ahead</c>.</summary>
/// <param name="Ahead">Positive where it is ahead.</param>
internal readonly record struct ClockDifference(TimeSpan Ahead)
{
    public static implicit operator ClockDifference(TimeSpan ahead) => new(ahead);

    public override string ToString() => $"{DurationText.Of(Ahead)} {(Ahead < TimeSpan.Zero ? "behind" : "ahead")}";
}
