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
    private const int FewFields = 16;

    /// <summary>What is wrong with the reading, or null.</summary>
    public string? FindProblem(Reading reading)
    {
        if (string.IsNullOrWhiteSpace(reading.SerialNumber)) return "the serial number is empty";
        if (Encoding.UTF8.GetByteCount(reading.SerialNumber) > limits.MaxSerialNumberBytes) return $"the serial number is longer than {limits.MaxSerialNumberBytes} bytes";

        if (FindProblem(reading.Attributes, depth: 1) is { } problem) return problem;
        var size = limits.SizeOf(reading);
        return size < limits.MaxBytes ? null : $"the reading has {size} bytes, the limit is {limits.MaxBytes}";
    }

    private string? FindProblem(IReadOnlyList<KeyValuePair<string, ReadingValue>> fields, int depth)
    {
        // Most readings have few: to compare each with those before it costs less than a set.
        var names = fields.Count > FewFields ? new HashSet<string>(StringComparer.Ordinal) : null;
        for (var i = 0; i < fields.Count; i++)
        {
            var (name, value) = fields[i];
            if (depth == 1 && (limits.ReservedNames.Contains(name) || name is ReadingJson.SerialNumberName or ReadingJson.TimestampName)) return $"the attribute {Shown.Of(name)} has the name of a key or of the expiry";
            if (name.Length == 0) return "an attribute has an empty name";
            if (Encoding.UTF8.GetByteCount(name) > limits.MaxNameBytes) return $"an attribute's name is longer than {limits.MaxNameBytes} bytes";
            if (names is null ? IsAmongFirst(fields, i, name) : !names.Add(name)) return $"the attribute {Shown.Of(name)} appears twice";
            if (FindProblem(value, depth) is { } problem) return $"attribute {Shown.Of(name)}: {problem}";
        }

        return null;
    }

    private static bool IsAmongFirst(IReadOnlyList<KeyValuePair<string, ReadingValue>> fields, int count, string name)
    {
        for (var i = 0; i < count; i++)
        {
            if (fields[i].Key == name) return true;
        }

        return false;
    }

    private string? FindProblem(ReadingValue value, int depth) => value switch
    {
        _ when depth > limits.MaxDepth => $"nested deeper than {limits.MaxDepth} levels",
        ReadingValue.Number number => limits.FindProblem(number),
        ReadingValue.List list => FindProblem(list.Values, depth + 1),
        ReadingValue.Map map => FindProblem(map.Fields, depth + 1),
        _ => null,
    };

    private string? FindProblem(IReadOnlyList<ReadingValue> values, int depth) => values.Select(v => FindProblem(v, depth)).FirstOrDefault(p => p is not null);
}
