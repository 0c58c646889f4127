using DeviceAgent.Settings;
using DeviceAgent.Spool;

namespace DeviceAgent.Upload;

/// <summary>The section <c>upload</c>.</summary>
internal sealed record UploadOptions
{
    /// <summary>Readings in one request: 1 to what the sink takes, which is 25 for DynamoDB.</summary>
    public int BatchSize { get; init; } = 25;

    /// <summary>A batch that is not full is sent when its oldest reading is this old: 0 to 3600 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// While somebody must mend something (table, permissions), it is looked again after this and up to half as long more: 1 to 3600 s.
    /// </summary>
    public TimeSpan ParkedRetry { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Requests in flight at once while a backlog is sent, as far as the service bears it: 1 to 16.</summary>
    public int MaxConcurrency { get; init; } = 4;

    /// <summary>Which readings go first, oldestFirst or newestFirst; critical ones go before all others.</summary>
    public SpoolOrder Order { get; init; } = SpoolOrder.OldestFirst;

    /// <param name="settings">The section.</param>
    /// <param name="maxBatchSize">What the sink takes in one request.</param>
    public static UploadOptions Read(SettingsReader settings, int maxBatchSize)
    {
        var defaults = new UploadOptions();
        var options = new UploadOptions
        {
            BatchSize = settings.Integer("batchSize", Math.Min(defaults.BatchSize, maxBatchSize), 1, maxBatchSize),
            MaxDelay = settings.Seconds("maxDelaySeconds", defaults.MaxDelay, 0, 3600),
            ParkedRetry = settings.Seconds("parkedRetrySeconds", defaults.ParkedRetry, 1, 3600),
            MaxConcurrency = settings.Integer("maxConcurrency", defaults.MaxConcurrency, 1, 16),
            Order = settings.Choice("order", defaults.Order),
        };
        settings.ReportUnknown();
        return options;
    }
}
