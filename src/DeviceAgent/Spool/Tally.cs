namespace DeviceAgent.Spool;

/// <summary>Rows and their bytes, by class.</summary>
internal sealed class Tally
{
    private static readonly SpoolClass[] Classes = Enum.GetValues<SpoolClass>();

    private readonly long[] _counts = new long[Classes.Length];

    public long Count { get; private set; }

    public long Bytes { get; private set; }

    public long UnknownTime { get; private set; }

    /// <summary>From what matters least to what matters most.</summary>
    public static IEnumerable<SpoolClass> LowestFirst { get; } = [.. Classes.Order()];

    public long CountOf(SpoolClass @class) => _counts[Index(@class)];

    public void Add(RowWeight row) => Add(row.Class, 1, row.Bytes, row.IsTimeUnknown ? 1 : 0);

    public void Remove(RowWeight row) => Add(row.Class, -1, -row.Bytes, row.IsTimeUnknown ? -1 : 0);

    public void Add(SpoolClass @class, long count, long bytes, long unknownTime)
    {
        _counts[Index(@class)] += count;
        Count += count;
        Bytes += bytes;
        UnknownTime += unknownTime;
    }

    public void Add(Tally other, int sign = 1)
    {
        foreach (var @class in Classes) _counts[Index(@class)] += sign * other.CountOf(@class);
        Count += sign * other.Count;
        Bytes += sign * other.Bytes;
        UnknownTime += sign * other.UnknownTime;
    }

    public Dictionary<SpoolClass, long> ByClass() => Classes.ToDictionary(c => c, CountOf);

    /// <summary>A class that this agent does not know counts as normal.</summary>
    private static int Index(SpoolClass @class) => Array.IndexOf(Classes, Enum.IsDefined(@class) ? @class : SpoolClass.Normal);
}
