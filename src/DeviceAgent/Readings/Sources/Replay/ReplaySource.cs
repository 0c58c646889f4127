using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Readings.Sources.Replay;

/// <summary>Plays a recording at a chosen multiple of the speed at which it was made.</summary>
internal sealed class ReplaySource(IRecording recording, ReplaySettings settings, TimeProvider time, ILogger<ReplaySource> logger) : ISource
{
    private static readonly TimeSpan ReportPeriod = TimeSpan.FromMinutes(1);

    private readonly ReportInterval _refusals = new(ReportPeriod, time);

    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var span = new RecordedSpan();
        var pace = new ReplayPace(settings.Speed, settings.Interval, time);
        var shift = TimeSpan.Zero;
        for (var round = 1; ; round++)
        {
            long played = 0, refused = 0;
            await foreach (var line in recording.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (line.Sample is not { } sample)
                {
                    refused++;
                    if (_refusals.TryReport(out var count)) logger.LineSkipped(line.Number, line.Problem, count);
                    continue;
                }

                played++;
                if (round == 1 && sample.Timestamp is { } recorded) span.Add(recorded);
                if (sample.Timestamp is { } timestamp)
                {
                    if (shift > DateTimeOffset.MaxValue - timestamp) yield break;
                    sample = sample with { Timestamp = timestamp + shift };
                }

                await pace.WaitAsync(sample.Timestamp, cancellationToken).ConfigureAwait(false);
                yield return settings.RecordedTimestamps ? sample : sample with { Timestamp = null };
            }

            logger.RecordingPlayed(round, played, refused);
            if (!settings.Repeat || played == 0) yield break;
            shift += span.Shift();
        }
    }
}
