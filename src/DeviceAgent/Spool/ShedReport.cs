using DeviceAgent.Diagnostics;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Spool;

/// <summary>Counts what was given up, and says so once a minute at most.</summary>
internal sealed class ShedReport(AgentMetrics metrics, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private Tally _unreported = new();
    private long? _reported;

    /// <summary>Since the start.</summary>
    public Tally Total { get; } = new();

    public void Note(Tally shed)
    {
        if (shed.Count == 0) return;
        Total.Add(shed);
        _unreported.Add(shed);
        foreach (var (@class, count) in shed.ByClass())
        {
            if (count > 0) metrics.Shed.Add(count, new KeyValuePair<string, object?>(AgentMetrics.ClassTag, NameOf(@class)));
        }
    }

    public void Note(IReadOnlyCollection<SpoolRow> shed)
    {
        if (shed.Count == 0) return;
        var tally = new Tally();
        foreach (var row in shed) tally.Add(row.Weight);
        Note(tally);
    }

    /// <summary>How long until there is something to say; null when there is nothing.</summary>
    public TimeSpan? DueIn()
    {
        if (_unreported.Count == 0) return null;
        if (_reported is not { } last) return TimeSpan.Zero;
        var left = Period - time.GetElapsedTime(last);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    public void Report()
    {
        if (_unreported.Count == 0) return;
        logger.ReadingsShed(_unreported.CountOf(SpoolClass.Low), _unreported.CountOf(SpoolClass.Normal), _unreported.CountOf(SpoolClass.Critical));
        _unreported = new Tally();
        _reported = time.GetTimestamp();
    }

    private static string NameOf(SpoolClass @class) => @class switch
    {
        SpoolClass.Low => "low",
        SpoolClass.Critical => "critical",
        _ => "normal",
    };
}
