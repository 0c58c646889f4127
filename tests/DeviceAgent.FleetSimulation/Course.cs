namespace DeviceAgent.FleetSimulation;

/// <summary>What the provider saw.</summary>
/// <param name="Name">The scenario.</param>
/// <param name="SteadyRate">Requests a second when all is well.</param>
/// <param name="Rates">Requests a second, as the mean of each minute, sampled every 10 s.</param>
/// <param name="From">Where the plot begins, counted like the samples.</param>
/// <param name="Recovered">When the provider, or the power, was back.</param>
/// <param name="ServedAfter">From then: until 99 % of the devices had credentials.</param>
internal sealed record Course(string Name, double SteadyRate, IReadOnlyList<double> Rates, TimeSpan From, TimeSpan Recovered, TimeSpan ServedAfter)
{
    private const int BinsPerMinute = 6;

    /// <summary>The highest rate of any minute from the recovery on, in multiples of the steady rate.</summary>
    public double Peak => Rates.Skip(SimulatedProvider.BinOf(Recovered)).Max() / SteadyRate;

    /// <summary>The same for the minutes before it: attempts at a provider that does not work.</summary>
    public double PeakBefore => Rates.Take(SimulatedProvider.BinOf(Recovered) - BinsPerMinute).Skip(SimulatedProvider.BinOf(From)).DefaultIfEmpty(0).Max() / SteadyRate;

    /// <summary>The minute that begins at each bin.</summary>
    public static double[] Sample(ReadOnlySpan<int> bins, TimeSpan until)
    {
        var rates = new double[SimulatedProvider.BinOf(until) - BinsPerMinute];
        for (var i = 0; i < rates.Length; i++)
        {
            var sum = 0;
            foreach (var count in bins.Slice(i, BinsPerMinute)) sum += count;
            rates[i] = sum / 60.0;
        }

        return rates;
    }
}
