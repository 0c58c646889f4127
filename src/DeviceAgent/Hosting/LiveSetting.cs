using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Hosting;

/// <summary>A setting that operators can change while the agent runs.</summary>
/// <param name="Key">As in the configuration, e.g. <c>source.intervalSeconds</c>.</param>
/// <param name="ValueIn">Its value in the options.</param>
internal sealed record LiveSetting(string Key, Func<AgentOptions, JsonNode> ValueIn)
{
    public static IReadOnlyList<LiveSetting> All { get; } =
    [
        new("source.intervalSeconds", o => o.Source.Interval.TotalSeconds),
        new("upload.batchSize", o => o.Upload.BatchSize),
        new("upload.maxDelaySeconds", o => o.Upload.MaxDelay.TotalSeconds),
        new("upload.maxConcurrency", o => o.Upload.MaxConcurrency),
        new("upload.order", o => Name(o.Upload.Order)),
        new("upload.parkedRetrySeconds", o => o.Upload.ParkedRetry.TotalSeconds),
        new("spool.groupCommitReadings", o => o.Spool.GroupCommitReadings),
        new("spool.groupCommitBytes", o => o.Spool.GroupCommitBytes),
        new("spool.groupCommitSeconds", o => o.Spool.GroupCommitDelay.TotalSeconds),
        new("spool.memoryReadings", o => o.Spool.MemoryReadings),
        new("spool.reserveMegabytes", o => o.Spool.ReserveBytes / (1024 * 1024)),
        new("spool.whenFull", o => Name(o.Spool.WhenFull)),
        new("logLevel", o => Name(o.LogLevel)),
    ];

    public static IReadOnlySet<string> Keys { get; } = All.Select(s => s.Key).ToHashSet();

    private static JsonNode Name<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
