using System.Globalization;
using System.Text;

namespace DeviceAgent.FleetSimulation;

/// <summary>A course as lines of text: a bar for each five minutes, as high as their highest minute.</summary>
internal static class TextPlot
{
    private const int BinsPerLine = 30;
    private const double Columns = 20;

    public static string Of(Course course)
    {
        var text = new StringBuilder();
        var first = SimulatedProvider.BinOf(course.From);
        text.AppendLine(CultureInfo.InvariantCulture, $"{course.Name}: peak {course.Peak:0.00} x the steady {course.SteadyRate:0.0} requests/s; 99 % served after {course.ServedAfter.TotalMinutes:0.0} min");
        for (var i = first; i + BinsPerLine <= course.Rates.Count; i += BinsPerLine)
        {
            var at = (i * SimulatedProvider.Bin) - course.Recovered;
            var multiple = course.Rates.Skip(i).Take(BinsPerLine).Max() / course.SteadyRate;
            var bar = multiple <= 3 ? new string('#', (int)Math.Round(multiple * Columns)) : new string('#', (int)(3 * Columns)) + ">";
            text.AppendLine(CultureInfo.InvariantCulture, $"{at.TotalMinutes,5:0} min {multiple,6:0.00} x {bar}");
        }

        return text.ToString();
    }
}
