using System.Globalization;
using System.Text;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>What was measured, as Markdown and as a table of all single values.</summary>
internal sealed class ComparisonReport(PeerComparison comparison, IReadOnlyList<(string Key, string Name)> peers)
{
    /// <summary>Medians; the best of each row is bold. A dash where a peer has no such thing.</summary>
    public string Table()
    {
        var text = new StringBuilder();
        text.Append("| |").AppendJoin("", peers.Select(p => $" {p.Name} |")).Append('\n');
        text.Append("|---|").AppendJoin("", peers.Select(_ => "---:|")).Append('\n');
        foreach (var row in Row.All)
        {
            var medians = peers.Select(p => comparison.Median(row, p.Key)).ToList();
            var known = medians.OfType<double>().ToList();
            if (known.Count == 0) continue;
            var best = row.Write(row.IsMoreBetter ? known.Max() : known.Min());
            text.Append(CultureInfo.InvariantCulture, $"| {row.Title} |");
            foreach (var median in medians)
            {
                var cell = median is { } value ? row.Write(value) : "-";
                text.Append(CultureInfo.InvariantCulture, $" {(cell == best && known.Count > 1 ? $"**{cell}**" : cell)} |");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Every single value, in the order of the runs.</summary>
    public string Values()
    {
        var text = new StringBuilder("row\tpeer\tvalues\n");
        foreach (var row in Row.All)
        {
            foreach (var (key, _) in peers)
            {
                if (comparison.Values(row, key) is { Count: > 0 } values)
                    text.Append(CultureInfo.InvariantCulture, $"{row.Title}\t{key}\t").AppendJoin('\t', values.Select(v => v.ToString("0.####", CultureInfo.InvariantCulture))).Append('\n');
            }
        }

        return text.ToString();
    }
}
