using System.Text;
using DeviceAgent.Readings;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>What an item of DynamoDB may be.</summary>
/// <param name="reservedNames">Names that no attribute may have: the keys and the attribute that holds the expiry.</param>
/// <param name="overheadBytes">What is added to each item at upload: the names of the keys, the static attributes, the expiry.</param>
internal sealed class ItemLimits(IReadOnlySet<string> reservedNames, int overheadBytes) : IReadingLimits
{
    /// <summary>An item must stay below 400 KB, names included.</summary>
    public const int MaxItemBytes = 400 * 1024;

    /// <summary>Of a partition key, in bytes.</summary>
    public const int LongestSerialNumber = 2048;

    private const int TimestampBytes = 24;

    public IReadOnlySet<string> ReservedNames => reservedNames;

    public int MaxSerialNumberBytes => LongestSerialNumber;

    public int MaxNameBytes => 65_535;

    public int MaxDepth => 32;

    public int MaxBytes => MaxItemBytes;

    public string? FindProblem(ReadingValue.Number number) => ItemNumber.FindProblem(number.Digits);

    public int SizeOf(Reading reading)
    {
        var size = overheadBytes + TimestampBytes + reading.Timestamp.Finer.Length + Encoding.UTF8.GetByteCount(reading.SerialNumber);
        for (var i = 0; i < reading.Attributes.Count; i++) size += ItemSize.Of(reading.Attributes[i].Key, reading.Attributes[i].Value);
        return size;
    }
}

/// <summary>The size of an item as DynamoDB counts it: attribute names and values, in bytes.</summary>
internal static class ItemSize
{
    public static int Of(string name, ReadingValue value) => Encoding.UTF8.GetByteCount(name) + Of(value);

    public static int Of(ReadingValue value) => value switch
    {
        ReadingValue.Number n => ((ItemNumber.CountDigits(n.Digits) + 1) / 2) + 1 + (n.Digits[0] == '-' ? 1 : 0),
        ReadingValue.String t => Encoding.UTF8.GetByteCount(t.Value),
        ReadingValue.List s => 3 + s.Values.Sum(v => 1 + Of(v)),
        ReadingValue.Map s => 3 + s.Fields.Sum(f => 1 + Of(f.Key, f.Value)),
        _ => 1,
    };
}

/// <summary>Numbers that DynamoDB keeps exactly: 38 significant digits, 1E-130 to 9.99E+125, or zero.</summary>
internal static class ItemNumber
{
    private const int MaxDigits = 38;
    private const int MinExponent = -130;
    private const int MaxExponent = 125;

    /// <summary>What is wrong with the number, or null when it can be stored.</summary>
    public static string? FindProblem(string text)
    {
        if (DecimalText.TryParse(text) is not { } number) return $"'{Shorten(text)}' is not a decimal number";
        if (number.Magnitude is < MinExponent or > MaxExponent) return $"'{Shorten(text)}' is outside the range 1E-130 to 9.99E+125";
        return number.Digits > MaxDigits ? $"'{Shorten(text)}' has more than {MaxDigits} significant digits" : null;
    }

    public static int CountDigits(string text) => DecimalText.TryParse(text)?.Digits ?? 1;

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
