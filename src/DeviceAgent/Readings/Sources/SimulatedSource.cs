using System.Runtime.CompilerServices;
using DeviceAgent.Settings;
using DeviceAgent.Timing;

namespace DeviceAgent.Readings.Sources;

/// <summary>A thermostat in a simulated room: temperature (°C), humidity (%), target (°C), heating.</summary>
internal sealed class SimulatedSource(LiveOptions<SourceOptions> options, Random random, LoopPulse pulse, TimeProvider time) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var room = new SimulatedRoom(random);
        var last = time.GetTimestamp();
        room.Advance(TimeSpan.FromHours(6), time.GetUtcNow());
        var timer = new SampleTimer(options, pulse, time);
        while (true)
        {
            var elapsed = time.GetElapsedTime(last);
            last = time.GetTimestamp();
            room.Advance(elapsed, time.GetUtcNow());
            yield return Measure(room) with { IsSimulated = options.Value.MarkSimulated };
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

/// <summary>
/// A heated room: first-order heat loss to an outside that follows the day, a heater under a thermostat with hysteresis, and moisture
/// that is exchanged with the outside, so that relative humidity falls when the air is warmed.
/// </summary>
internal sealed class SimulatedRoom
{
    private const double OutsideMean = 7;
    private const double OutsideSwing = 5;
    private const double WarmestHour = 15;
    private const double HeatLossHours = 12;
    private const double HeaterDegreesPerHour = 3;
    private const double DayTarget = 21;
    private const double NightTarget = 17.5;
    private const double Hysteresis = 0.4;
    private const double VapourExchangeHours = 4;
    private const double VapourOfPeople = 300;
    private const double OutsideHumidity = 0.75;
    private const double StepHours = 1.0 / 60;

    private readonly Random _random;
    private double _vapourPressure;

    public SimulatedRoom(Random random)
    {
        _random = random;
        Temperature = 18 + (2 * random.NextDouble());
        _vapourPressure = 0.5 * SaturationPressure(Temperature);
    }

    /// <summary>°C.</summary>
    public double Temperature { get; private set; }

    /// <summary>Relative humidity in percent.</summary>
    public double Humidity => Math.Clamp(100 * _vapourPressure / SaturationPressure(Temperature), 0, 100);

    /// <summary>What the thermostat is set to, °C.</summary>
    public double Target { get; private set; } = DayTarget;

    public bool Heating { get; private set; }

    /// <summary>Lets time pass, ending at <paramref name="now"/>.</summary>
    public void Advance(TimeSpan by, DateTimeOffset now)
    {
        for (var left = by.TotalHours; left > 0; left -= StepHours) Step(Math.Min(left, StepHours), now - TimeSpan.FromHours(left));
    }

    /// <summary>What a sensor would show: the state with a little noise.</summary>
    public double Noise(double amplitude) => amplitude * ((2 * _random.NextDouble()) - 1);

    private void Step(double hours, DateTimeOffset at)
    {
        var hour = at.TimeOfDay.TotalHours;
        var outside = OutsideMean + (OutsideSwing * Math.Cos((hour - WarmestHour) / 24 * 2 * Math.PI));
        Target = hour is >= 6 and < 22 ? DayTarget : NightTarget;
        if (Temperature < Target - Hysteresis) Heating = true;
        else if (Temperature > Target + Hysteresis) Heating = false;

        var loss = (outside - Temperature) / HeatLossHours;
        Temperature += hours * (loss + (Heating ? HeaterDegreesPerHour : 0));
        var outsideVapour = (OutsideHumidity * SaturationPressure(outside)) + VapourOfPeople;
        _vapourPressure += hours * (outsideVapour - _vapourPressure) / VapourExchangeHours;
    }

    /// <summary>Magnus formula over water, Pa.</summary>
    private static double SaturationPressure(double celsius) => 611.2 * Math.Exp(17.62 * celsius / (243.12 + celsius));
}
