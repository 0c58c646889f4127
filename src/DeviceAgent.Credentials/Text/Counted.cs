using System.Globalization;

namespace DeviceAgent.Credentials.Text;

/// <summary>A number with its noun: <c>1 reading</c>, <c>2 readings</c>.</summary>
internal static class Counted
{
    public static string Of(long number, string noun, string format = "0") => $"{number.ToString(format, CultureInfo.InvariantCulture)} {(number == 1 ? noun : $"{noun}s")}";
}

/// <summary>Readings in a log.</summary>
internal readonly record struct ReadingCount(long Number)
{
    public static implicit operator ReadingCount(long number) => new(number);

    public override string ToString() => Counted.Of(Number, "reading");
}

/// <summary>Dead letters in a log.</summary>
internal readonly record struct DeadLetterCount(long Number)
{
    public static implicit operator DeadLetterCount(long number) => new(number);

    public override string ToString() => Counted.Of(Number, "dead letter");
}

/// <summary>Lines of an input in a log.</summary>
internal readonly record struct LineCount(long Number)
{
    public static implicit operator LineCount(long number) => new(number);

    public override string ToString() => Counted.Of(Number, "line");
}
