using System.Globalization;
using System.Text;

namespace DeviceAgent.FleetSimulation;

/// <summary>Courses as a picture, one below the other: requests a second in multiples of the steady rate, over time.</summary>
internal static class SvgPlot
{
    private const int Width = 860;
    private const int Left = 50;
    private const int Height = 150;
    private const int Gap = 70;
    private const double Top = 3;

    public static string Of(IReadOnlyList<Course> courses)
    {
        var svg = new StringBuilder();
        Add(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Left + Width + 20}" height="{courses.Count * (Height + Gap) + 10}" font-family="sans-serif" font-size="12">""");
        Add(svg, $"""<rect width="100%" height="100%" fill="white"/>""");
        for (var i = 0; i < courses.Count; i++) AddCourse(svg, courses[i], (i * (Height + Gap)) + 35);
        svg.AppendLine("</svg>");
        return svg.ToString();
    }

    private static void AddCourse(StringBuilder svg, Course course, int top)
    {
        var rates = course.Rates.Skip(SimulatedProvider.BinOf(course.From)).ToList();
        var bottom = top + Height;
        double X(int sample) => Left + ((double)sample / rates.Count * Width);
        double Y(double multiple) => bottom - (Math.Min(multiple, Top) / Top * Height);

        Add(svg, $"""<text x="{Left}" y="{top - 14}" font-weight="bold">{course.Name}: peak {course.Peak:0.00} x, 99 % served after {course.ServedAfter.TotalMinutes:0} min{(course.PeakBefore > Top ? $" (up to {course.PeakBefore:0} x while it fails, cut off here)" : "")}</text>""");
        for (var multiple = 0; multiple <= Top; multiple++)
        {
            var line = multiple == 2 ? "#c33" : "#ddd";
            Add(svg, $"""<line x1="{Left}" x2="{Left + Width}" y1="{Y(multiple):0.#}" y2="{Y(multiple):0.#}" stroke="{line}"/>""");
            Add(svg, $"""<text x="{Left - 8}" y="{Y(multiple) + 4:0.#}" text-anchor="end">{multiple} x</text>""");
        }

        var recovered = SimulatedProvider.BinOf(course.Recovered - course.From);
        var hours = rates.Count * SimulatedProvider.Bin.TotalHours;
        for (var minutes = 0; minutes <= hours * 60; minutes += 30)
            Add(svg, $"""<text x="{X((int)(minutes * 60 / SimulatedProvider.Bin.TotalSeconds)):0.#}" y="{bottom + 16}" text-anchor="middle">{minutes - (course.Recovered - course.From).TotalMinutes:0} min</text>""");
        var points = string.Join(' ', rates.Select((r, i) => string.Create(CultureInfo.InvariantCulture, $"{X(i):0.#},{Y(r / course.SteadyRate):0.#}")));
        Add(svg, $"""<polyline fill="none" stroke="#258" stroke-width="1.2" points="{points}"/>""");
        Add(svg, $"""<line x1="{X(recovered):0.#}" x2="{X(recovered):0.#}" y1="{top}" y2="{bottom}" stroke="#2a2" stroke-dasharray="4 3"/>""");
    }

    private static void Add(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
