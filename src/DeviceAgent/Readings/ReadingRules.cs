using System.Text;

namespace DeviceAgent.Readings;

/// <summary>What a reading must satisfy before it is stored: a reading that passes here is one that DynamoDB can take.</summary>
/// <param name="reservedNames">Names that no attribute may have: the keys and the attribute that holds the expiry.</param>
/// <param name="overheadBytes">What is added to each item at upload: the names of the keys, the static attributes, the expiry.</param>
internal sealed class ReadingRules(IReadOnlySet<string> reservedNames, int overheadBytes)
{
    /// <summary>An item must stay below 400 KB, names included.</summary>
    public const int MaxItemBytes = 400 * 1024;

    private const int MaxSerialNumberBytes = 2048;
    private const int MaxNameBytes = 65_535;
    private const int MaxDepth = 32;
    private const int TimestampBytes = 24;

    /// <summary>What is wrong with the reading, or null.</summary>
    public string? FindProblem(Reading reading)
    {
        if (reading.SerialNumber.Length == 0) return "the serial number is empty";
        var size = overheadBytes + TimestampBytes + Encoding.UTF8.GetByteCount(reading.SerialNumber);
        if (Encoding.UTF8.GetByteCount(reading.SerialNumber) > MaxSerialNumberBytes) return $"the serial number is longer than {MaxSerialNumberBytes} bytes";

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in reading.Attributes)
        {
            if (reservedNames.Contains(name)) return $"the attribute '{name}' has the name of a key or of the expiry";
            if (FindProblem(names, name, value, depth: 1) is { } problem) return problem;
            size += ReadingSize.Of(name, value);
        }

        return size < MaxItemBytes ? null : $"the reading has {size} bytes, the limit is {MaxItemBytes}";
    }

    private static string? FindProblem(HashSet<string> siblings, string name, ReadingValue value, int depth)
    {
        if (name.Length == 0) return "an attribute has an empty name";
        if (Encoding.UTF8.GetByteCount(name) > MaxNameBytes) return $"an attribute's name is longer than {MaxNameBytes} bytes";
        if (!siblings.Add(name)) return $"the attribute '{name}' appears twice";
        return FindProblem(value, depth) is { } problem ? $"attribute '{name}': {problem}" : null;
    }

    private static string? FindProblem(ReadingValue value, int depth)
    {
        if (depth > MaxDepth) return $"nested deeper than {MaxDepth} levels";
        switch (value)
        {
            case ReadingValue.Number number:
                return DecimalText.FindProblem(number.Digits);
            case ReadingValue.Sequence sequence:
                return sequence.Values.Select(v => FindProblem(v, depth + 1)).FirstOrDefault(p => p is not null);
            case ReadingValue.Structure structure:
                var names = new HashSet<string>(StringComparer.Ordinal);
                return structure.Fields.Select(f => FindProblem(names, f.Key, f.Value, depth + 1)).FirstOrDefault(p => p is not null);
            default:
                return null;
        }
    }
}
