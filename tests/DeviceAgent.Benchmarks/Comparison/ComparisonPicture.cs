using System.Globalization;
using System.Security;
using System.Text;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>The table as bars (SVG), a panel a row. Where less is better, a bar that is more than five times as long as the next is cut off.</summary>
internal sealed class ComparisonPicture(PeerComparison comparison, IReadOnlyList<(string Key, string Name)> peers)
{
    private const int Columns = 2;
    private const int PanelWidth = 470;
    private const int Names = 120;
    private const int Bars = 250;
    private const int BarHeight = 16;
    private const int Head = 34;
    private const double CutOff = 5;

    public string Svg()
    {
        var rows = Row.All.Where(r => peers.Count(p => comparison.Median(r, p.Key) is not null) > 1).ToList();
        var panelHeight = Head + (peers.Count * BarHeight) + 14;
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Columns * PanelWidth}" height="{(rows.Count + Columns - 1) / Columns * panelHeight}" font-family="sans-serif" font-size="12">""");
        Add(svg, $"""<rect width="100%" height="100%" fill="white"/>""");
        for (var n = 0; n < rows.Count; n++) AddPanel(svg, rows[n], n % Columns * PanelWidth, n / Columns * panelHeight);
        svg.Append("</svg>\n");
        return svg.ToString();
    }

    private void AddPanel(StringBuilder svg, Row row, int left, int top)
    {
        var medians = peers.Select(p => comparison.Median(row, p.Key)).ToList();
        var scale = row.IsMoreBetter ? Math.Max(medians.OfType<double>().Max(), double.Epsilon) : Scale([.. medians.OfType<double>().Order()]);
        Add(svg, $"""<text x="{left + 12}" y="{top + 24}" font-weight="bold">{SecurityElement.Escape(row.Title)}{(row.IsMoreBetter ? " (more is better)" : "")}</text>""");
        for (var n = 0; n < peers.Count; n++)
        {
            var y = top + Head + (n * BarHeight);
            Add(svg, $"""<text x="{left + Names - 6}" y="{y + 12}" text-anchor="end">{SecurityElement.Escape(peers[n].Name.Replace("*", "", StringComparison.Ordinal))}</text>""");
            if (medians[n] is not { } value)
            {
                Add(svg, $"""<text x="{left + Names + 4}" y="{y + 12}" fill="#888">-</text>""");
                continue;
            }

            var width = Math.Clamp(value / scale, 0, 1) * Bars;
            Add(svg, $"""<rect x="{left + Names}" y="{y + 2}" width="{width:0.#}" height="{BarHeight - 4}" fill="{(peers[n].Key == "agent" ? "#258" : "#aab")}"/>""");
            if (value > scale) Add(svg, $"""<path d="M{left + Names + Bars - 24} {y + BarHeight} l8 -16 l6 0 l-8 16 z" fill="white"/>""");
            Add(svg, $"""<text x="{left + Names + width + 5:0.#}" y="{y + 12}">{row.Write(value)}</text>""");
        }
    }

    /// <summary>The largest value that is not far above the one before it.</summary>
    private static double Scale(double[] ordered)
    {
        var scale = ordered[0];
        foreach (var value in ordered.Skip(1).TakeWhile((v, i) => v <= CutOff * Math.Max(ordered[i], double.Epsilon))) scale = value;
        return Math.Max(scale, double.Epsilon);
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
