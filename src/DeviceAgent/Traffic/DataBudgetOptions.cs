using DeviceAgent.Settings;

namespace DeviceAgent.Traffic;

/// <summary>The section <c>dataBudget</c>: what may be sent and received, in megabytes of 1,000,000 bytes; 0 is no limit.</summary>
internal sealed record DataBudgetOptions
{
    /// <summary>Renewing the credentials takes more than that, however few the readings.</summary>
    private const double Least = 0.1;

    private const double Most = 1_000_000;

    /// <summary>On a day by UTC: 0, or 0.1 to 1,000,000.</summary>
    public double MegabytesPerDay { get; init; }

    /// <summary>In a month of the calendar by UTC: 0, or 0.1 to 1,000,000.</summary>
    public double MegabytesPerMonth { get; init; }

    public static DataBudgetOptions Read(SettingsReader settings)
    {
        var options = new DataBudgetOptions { MegabytesPerDay = ReadLimit(settings, "megabytesPerDay"), MegabytesPerMonth = ReadLimit(settings, "megabytesPerMonth") };
        settings.ReportUnknown();
        return options;
    }

    private static double ReadLimit(SettingsReader settings, string name)
    {
        var value = settings.Number(name, 0, 0, Most);
        if (value is > 0 and < Least) settings.Error(name, settings.Text(name), $"is less than the credentials alone take; use 0 for no limit, or {Least} and more");
        return value;
    }
}
