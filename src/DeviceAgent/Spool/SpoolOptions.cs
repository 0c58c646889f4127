using DeviceAgent.Configuration;

namespace DeviceAgent.Spool;

/// <summary>
/// How readings are grouped into commits. A reading counts as taken when its group is committed; the number of commits sets the
/// flash wear. Whichever limit is met first commits; a critical reading commits at once, with all that wait.
/// </summary>
internal sealed record SpoolOptions
{
    /// <summary>Readings in a group: 1 to 10000.</summary>
    public int GroupCommitReadings { get; init; } = 64;

    /// <summary>Payload in a group: 1 KiB to 1 MiB.</summary>
    public int GroupCommitBytes { get; init; } = 64 * 1024;

    /// <summary>The longest wait of a reading for its commit: 0 (commit each) to 30 s.</summary>
    public TimeSpan GroupCommitDelay { get; init; } = TimeSpan.FromSeconds(5);

    public static SpoolOptions Read(SettingsReader settings)
    {
        var defaults = new SpoolOptions();
        var options = new SpoolOptions
        {
            GroupCommitReadings = settings.Integer("groupCommitReadings", defaults.GroupCommitReadings, 1, 10_000),
            GroupCommitBytes = settings.Integer("groupCommitBytes", defaults.GroupCommitBytes, 1024, 1024 * 1024),
            GroupCommitDelay = settings.Seconds("groupCommitSeconds", defaults.GroupCommitDelay, 0, 30),
        };
        settings.ReportUnknown();
        return options;
    }
}
