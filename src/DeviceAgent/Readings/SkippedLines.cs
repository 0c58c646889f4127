using System.Globalization;
using System.Text;

namespace DeviceAgent.Readings;

/// <summary>What of a source was skipped: how many lines, and which.</summary>
internal sealed class SkippedLines
{
    /// <summary>Of so many runs of lines the numbers are kept.</summary>
    private const int MaxRuns = 1000;

    private readonly List<(long First, long Last)> _runs = [];

    /// <summary>Lines; a reading that came without one counts as one.</summary>
    public long Count { get; private set; }

    public void Add(Sample sample)
    {
        if (sample.Line is not { } first)
        {
            Count++;
            return;
        }

        var last = sample.LastLine ?? first;
        Count += last - first + 1;
        if (_runs.Count > 0 && first == _runs[^1].Last + 1) _runs[^1] = (_runs[^1].First, last);
        else if (_runs.Count < MaxRuns) _runs.Add((first, last));
        else _runs[^1] = (Math.Min(_runs[^1].First, first), Math.Max(_runs[^1].Last, last));
    }

    /// <summary>The lines, e.g. <c>3, 7-9</c>; empty where the source has none.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (first, last) in _runs)
        {
            if (text.Length > 0) text.Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first) text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }

        return text.ToString();
    }
}
