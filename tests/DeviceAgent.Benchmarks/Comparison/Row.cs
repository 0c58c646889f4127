using System.Globalization;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>A line of the table.</summary>
/// <param name="Title">What was measured, with its unit.</param>
/// <param name="Format">How its values are written.</param>
/// <param name="IsMoreBetter">Which end is good.</param>
internal sealed record Row(string Title, string Format, bool IsMoreBetter = false)
{
    public static readonly Row FirstCredentials = new("start to first credentials, ms", "0");
    public static readonly Row FirstStored = new("start to first stored reading, ms", "0");
    public static readonly Row IdleMemory = new("idle memory (RSS), MiB", "0");
    public static readonly Row CachedGet = new("credentials for another program, from memory, ms", "0.00");
    public static readonly Row Fetch = new("fetch of credentials on a fresh connection, ms", "0.0");
    public static readonly Row BatchWhole = new("batches of 25: whole process, CPU s per 10,000 readings", "0.00");
    public static readonly Row BatchMargin = new("batches of 25: margin, CPU s per 10,000 more", "0.00");
    public static readonly Row BatchRate = new("batches of 25: margin, readings/s", "#,0", IsMoreBetter: true);
    public static readonly Row SingleMargin = new("one by one: margin, CPU s per 10,000 more", "0.00");
    public static readonly Row PeakMemory = new("peak memory, MiB", "0");
    public static readonly Row Wire = new("on the wire, bytes sent a reading", "0");
    public static readonly Row Flash10 = new("on flash at 10 readings/s, bytes a reading", "#,0");
    public static readonly Row Flash1 = new("on flash at 1 reading/s, bytes a reading", "#,0");
    public static readonly Row Drain = new("backlog drained, s", "0.0");
    public static readonly Row DrainProcessor = new("backlog drained, CPU s", "0.0");

    /// <summary>All, as the table has them.</summary>
    public static readonly IReadOnlyList<Row> All =
    [
        FirstCredentials, FirstStored, IdleMemory, CachedGet, Fetch, BatchWhole, BatchMargin, BatchRate, SingleMargin, PeakMemory, Wire, Flash10, Flash1, Drain, DrainProcessor,
    ];

    /// <summary>As the table has it; large values have no digits behind the point.</summary>
    public string Write(double value) => value.ToString(Math.Abs(value) < 100 ? Format : "#,0", CultureInfo.InvariantCulture);
}
