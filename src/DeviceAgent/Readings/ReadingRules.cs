using System.Text;

namespace DeviceAgent.Readings;

/// <summary>What the sink can take of a reading.</summary>
internal interface IReadingLimits
{
    /// <summary>Names that no attribute may have.</summary>
    IReadOnlySet<string> ReservedNames { get; }

    int MaxSerialNumberBytes { get; }

    int MaxNameBytes { get; }

    /// <summary>Of values in values.</summary>
    int MaxDepth { get; }

    /// <summary>A reading must stay below this.</summary>
    int MaxBytes { get; }

    /// <summary>What is wrong with the number, or null.</summary>
    string? FindProblem(ReadingValue.Number number);

    /// <summary>The size as the sink counts it. Asked only for readings whose values are good.</summary>
    int SizeOf(Reading reading);
}

/// <summary>What a reading must satisfy before it is stored: one that passes here is one that the sink can take.</summary>
internal sealed class ReadingRules(IReadingLimits limits)
{
    /// <summary>What is wrong with the reading, or null.</summary>
    public string? FindProblem(Reading reading)
    {
        if (string.IsNullOrWhiteSpace(reading.SerialNumber)) return "the serial number is empty";
        if (Encoding.UTF8.GetByteCount(reading.SerialNumber) > limits.MaxSerialNumberBytes) return $"the serial number is longer than {limits.MaxSerialNumberBytes} bytes";

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in reading.Attributes)
        {
            if (limits.ReservedNames.Contains(name) || name is ReadingJson.SerialNumberName or ReadingJson.TimestampName) return $"the attribute {Shown.Of(name)} has the name of a key or of the expiry";
            if (FindProblem(names, name, value, depth: 1) is { } problem) return problem;
        }

        var size = limits.SizeOf(reading);
        return size < limits.MaxBytes ? null : $"the reading has {size} bytes, the limit is {limits.MaxBytes}";
    }

    private string? FindProblem(HashSet<string> siblings, string name, ReadingValue value, int depth)
    {
        if (name.Length == 0) return "an attribute has an empty name";
        if (Encoding.UTF8.GetByteCount(name) > limits.MaxNameBytes) return $"an attribute's name is longer than {limits.MaxNameBytes} bytes";
        if (!siblings.Add(name)) return $"the attribute {Shown.Of(name)} appears twice";
        return FindProblem(value, depth) is { } problem ? $"attribute {Shown.Of(name)}: {problem}" : null;
    }

    private string? FindProblem(ReadingValue value, int depth)
    {
        if (depth > limits.MaxDepth) return $"nested deeper than {limits.MaxDepth} levels";
        switch (value)
        {
            case ReadingValue.Number number:
                return limits.FindProblem(number);
            case ReadingValue.List sequence:
                return sequence.Values.Select(v => FindProblem(v, depth + 1)).FirstOrDefault(p => p is not null);
            case ReadingValue.Map structure:
                var names = new HashSet<string>(StringComparer.Ordinal);
                return structure.Fields.Select(f => FindProblem(names, f.Key, f.Value, depth + 1)).FirstOrDefault(p => p is not null);
            default:
                return null;
        }
    }
}
