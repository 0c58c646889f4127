using System.Text;

namespace DeviceAgent.Diagnostics;

/// <summary>
/// What was logged lately, for people who look at the device: the last warning or error, and, where that is wanted, the lines of the last hour as far as
/// <see cref="MostBytes"/> hold them. In memory only, as they were logged: secrets are not in them. Thread-safe.
/// </summary>
/// <param name="time">Tells an hour.</param>
internal sealed class RecentLines(TimeProvider time)
{
    /// <summary>Of all lines that are kept, in UTF-8, each with what it costs to keep.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>What a line costs beside its text.</summary>
    private const int Overhead = 64;

    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly Queue<(LoggedLine Line, long At, int Bytes)> _lines = [];
    private LoggedLine? _lastProblem;
    private int _bytes;

    /// <summary>Whether lines are kept, or the last problem alone; set before anything is logged.</summary>
    public bool KeepsLines { get; set; }

    /// <summary>The last warning or error since the start.</summary>
    public LoggedLine? LastProblem => Volatile.Read(ref _lastProblem);

    /// <summary>The oldest first.</summary>
    public IReadOnlyList<LoggedLine> All
    {
        get
        {
            lock (_gate)
            {
                Trim();
                return [.. _lines.Select(l => l.Line)];
            }
        }
    }

    /// <param name="line">One line.</param>
    /// <param name="isProblem">Whether it is a warning or worse.</param>
    public void Note(LoggedLine line, bool isProblem)
    {
        if (isProblem) Volatile.Write(ref _lastProblem, line);
        if (!KeepsLines) return;
        var bytes = Overhead + Encoding.UTF8.GetByteCount(line.Message);
        lock (_gate)
        {
            _lines.Enqueue((line, time.GetTimestamp(), bytes));
            _bytes += bytes;
            Trim();
        }
    }

    private void Trim()
    {
        while (_lines.TryPeek(out var oldest) && (_bytes > MostBytes || time.GetElapsedTime(oldest.At) > Kept))
        {
            _lines.Dequeue();
            _bytes -= oldest.Bytes;
        }
    }
}

/// <summary>A line of the log.</summary>
/// <param name="At">By the system's clock, as it was.</param>
/// <param name="Level">As the log names it: <c>info</c>, <c>warn</c>, ...</param>
/// <param name="Component">The part of the agent.</param>
/// <param name="Event">The event's id.</param>
/// <param name="Message">Fit to be shown.</param>
internal sealed record LoggedLine(DateTimeOffset At, string Level, string Component, int Event, string Message);
