using System.Globalization;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;

namespace DeviceAgent.Tests.Readings.Sources;

public class SimulatedSourceTests
{
    [Fact]
    public async Task ReadAsync_TwoDays_BehavesLikeARoomWithAThermostat()
    {
        var samples = await RunAsync(seed: 1, count: 48 * 12);

        Assert.All(samples, s => Assert.Equal(["temperature", "humidity", "target", "heating"], s.Attributes.Select(a => a.Key)));
        var temperatures = samples.Select(s => Value(s, 0)).ToList();
        Assert.All(temperatures, t => Assert.InRange(t, 16, 22.5m));
        Assert.All(samples, s => Assert.InRange(Value(s, 1), 20, 80));
        Assert.Equal([17.5m, 21m], samples.Select(s => Value(s, 2)).Distinct().Order());
        Assert.True(temperatures.Max() - temperatures.Min() > 2, "the night is cooler than the day");
        var switches = samples.Zip(samples.Skip(1)).Count(p => Heating(p.First) != Heating(p.Second));
        Assert.InRange(switches, 8, 120);
        Assert.All(samples.Zip(samples.Skip(1)), p => Assert.True(Math.Abs(Value(p.First, 0) - Value(p.Second, 0)) < 0.5m));
    }

    [Fact]
    public async Task ReadAsync_SameSeed_GivesTheSameCourse() =>
        Assert.Equal((await RunAsync(7, 20)).SelectMany(s => s.Attributes), (await RunAsync(7, 20)).SelectMany(s => s.Attributes));

    private static async Task<List<Sample>> RunAsync(int seed, int count)
    {
        var interval = TimeSpan.FromMinutes(5);
        var time = new ManualTimeProvider();
        var samples = new List<Sample>();
        await using var source = new SimulatedSource(new SourceOptions { Interval = interval }, new Random(seed), new LoopWatch(time).Pulse("sensing"), time).ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        while (samples.Count < count)
        {
            var next = source.MoveNextAsync();
            if (samples.Count > 0) time.Advance(interval);
            Assert.True(await next);
            samples.Add(source.Current);
        }

        return samples;
    }

    private static decimal Value(Sample sample, int attribute) =>
        decimal.Parse(((ReadingValue.Number)sample.Attributes[attribute].Value).Digits, CultureInfo.InvariantCulture);

    private static bool Heating(Sample sample) => ((ReadingValue.Bool)sample.Attributes[3].Value).Value;
}
