using System.Runtime.CompilerServices;
using DeviceAgent.Settings;

namespace DeviceAgent.Readings.Sources.Simulated;

/// <summary>A thermostat in a simulated room: temperature (°C), humidity (%), target (°C), heating.</summary>
internal sealed class SimulatedSource(LiveOptions<SourceOptions> options, Random random, TimeProvider time) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var room = new SimulatedRoom(random);
        var last = time.GetTimestamp();
        room.Advance(TimeSpan.FromHours(6), time.GetUtcNow());
        var timer = new SampleTimer(options, time);
        while (true)
        {
            var elapsed = time.GetElapsedTime(last);
            last = time.GetTimestamp();
            room.Advance(elapsed, time.GetUtcNow());
            yield return Measure(room);
            await timer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static Sample Measure(SimulatedRoom room) => new(
    [
        new("temperature", Rounded(room.Temperature + room.Noise(0.05), 2)),
        new("humidity", Rounded(Math.Clamp(room.Humidity + room.Noise(0.3), 0, 100), 1)),
        new("target", Rounded(room.Target, 1)),
        new("heating", ReadingValue.Of(room.Heating)),
    ]);

    private static ReadingValue Rounded(double value, int decimals) => ReadingValue.Of(Math.Round((decimal)value, decimals));
}
