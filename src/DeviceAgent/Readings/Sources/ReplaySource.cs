using System.Runtime.CompilerServices;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources;

/// <summary>Plays a recording at a chosen multiple of the speed at which it was made.</summary>
internal sealed class ReplaySource(IRecording recording, ReplaySettings settings, LoopPulse pulse, TimeProvider time, ILogger<ReplaySource> logger) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var span = new RecordedSpan();
        var pace = new ReplayPace(settings.Speed, settings.Interval, pulse, time);
        var shift = TimeSpan.Zero;
        for (var round = 1; ; round++)
        {
            long played = 0, refused = 0;
            await foreach (var line in recording.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                pulse.Works();
                if (line.Sample is not { } sample)
                {
                    refused++;
                    yield return Sample.Refused(line.Number, line.Problem!) with { LastLine = line.LastNumber };
                    continue;
                }

                played++;
                if (round == 1 && sample.Timestamp is { } recorded) span.Add(recorded.Moment);
                if (sample.Timestamp is { } timestamp)
                {
                    if (shift > DateTimeOffset.MaxValue - timestamp.Moment) yield break;
                    sample = sample with { Timestamp = timestamp.Add(shift) };
                }

                await pace.WaitAsync(sample.Timestamp?.Moment, cancellationToken).ConfigureAwait(false);
                yield return settings.RecordedTimestamps ? sample : sample with { Timestamp = null };
            }

            logger.RecordingPlayed(round, played, refused);
            if (!settings.Repeat || played == 0) yield break;
            shift += span.Shift();
        }
    }
}

/// <param name="Speed">Times the recorded speed; 0 = as fast as readings are taken.</param>
/// <param name="Interval">The pace of readings without a recorded time, as it is active.</param>
/// <param name="RecordedTimestamps">True to keep the recorded timestamps, false to stamp each reading when it is played.</param>
/// <param name="Repeat">Start again at the end, timestamps moved on by the length of the recording.</param>
internal sealed record ReplaySettings(double Speed, Func<TimeSpan> Interval, bool RecordedTimestamps, bool Repeat);

/// <summary>Says when the next recorded reading is due: counted from the first one, so that delays do not add up.</summary>
internal sealed class ReplayPace(double speed, Func<TimeSpan> interval, LoopPulse pulse, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(30);

    private long? _started;
    private DateTimeOffset _first;
    private TimeSpan _untimed;

    public async ValueTask WaitAsync(DateTimeOffset? recorded, CancellationToken cancellationToken)
    {
        if (speed == 0) return;
        if (_started is not { } started)
        {
            _started = time.GetTimestamp();
            _first = recorded ?? default;
            return;
        }

        var due = recorded is { } timestamp ? timestamp - _first : _untimed += interval();
        var wait = Math.Min((due / speed - time.GetElapsedTime(started)).TotalMilliseconds, LongestDelay.TotalMilliseconds);
        if (wait < 1) return;
        using (pulse.WaitsFor(TimeSpan.FromMilliseconds(wait))) await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Learns, while a recording is read for the first time, by how much its timestamps must move for the next round.</summary>
internal sealed class RecordedSpan
{
    private static readonly TimeSpan IntervalOfOne = TimeSpan.FromSeconds(1);

    private readonly List<long> _intervals = [];
    private DateTimeOffset? _previous;
    private DateTimeOffset _first = DateTimeOffset.MaxValue;
    private DateTimeOffset _last = DateTimeOffset.MinValue;

    public void Add(DateTimeOffset timestamp)
    {
        if (_previous is { } previous && timestamp > previous) _intervals.Add((timestamp - previous).Ticks);
        _previous = timestamp;
        if (timestamp < _first) _first = timestamp;
        if (timestamp > _last) _last = timestamp;
    }

    /// <summary>Last minus first, plus the median interval: the next round follows at the recording's own pace.</summary>
    public TimeSpan Shift()
    {
        if (_previous is null) return TimeSpan.Zero;
        _intervals.Sort();
        var median = _intervals.Count == 0 ? IntervalOfOne : TimeSpan.FromTicks(_intervals[_intervals.Count / 2]);
        return _last - _first + median;
    }
}
