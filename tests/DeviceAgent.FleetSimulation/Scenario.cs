using DeviceAgent.Credentials;

namespace DeviceAgent.FleetSimulation;

/// <summary>What happens to the fleet.</summary>
internal sealed class Scenario(int devices, int seed)
{
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>As <c>scripts/aws-setup.sh --fleet</c> sets powerReturnSpreadSeconds.</summary>
    public static readonly TimeSpan FleetsSpread = TimeSpan.FromMinutes(20);

    public static readonly CredentialFailure ServiceFault = new(CredentialFailureKind.ServiceFault, "503", "service", "wait", 503);
    public static readonly CredentialFailure BlackHole = new(CredentialFailureKind.ConnectTimedOut, "timeout", "network", "wait");

    private static readonly TimeSpan Watched = TimeSpan.FromHours(2);
    private static readonly TimeSpan WarmUp = TimeSpan.FromHours(1.5);

    /// <summary>A fleet that has run for long; then the provider fails for a while.</summary>
    public async Task<Course> OutageAsync(TimeSpan duration, CredentialFailure fault)
    {
        await using var fleet = new Fleet(devices, Life, seed);
        fleet.PowerOn(new CredentialCacheOptions { StartSpread = Life / 2 });
        fleet.Run(WarmUp);
        fleet.Provider.Fault = fault;
        fleet.Run(duration);
        fleet.Provider.Fault = null;
        return Watch(fleet, $"The provider fails ({fault.Message}) for {duration.TotalMinutes:0} min", WarmUp - TimeSpan.FromMinutes(30));
    }

    /// <summary>The power of all devices comes back at the same moment, and none has credentials.</summary>
    public async Task<Course> PowerReturnAsync(TimeSpan spread)
    {
        await using var fleet = new Fleet(devices, Life, seed);
        fleet.PowerOn(new CredentialCacheOptions { StartSpread = spread });
        return Watch(fleet, $"The power returns everywhere at once, spread {(spread.TotalMinutes < 1 ? $"{spread.TotalSeconds:0} s" : $"{spread.TotalMinutes:0} min")}", TimeSpan.Zero);
    }

    private static Course Watch(Fleet fleet, string name, TimeSpan from)
    {
        var recovered = fleet.Now;
        TimeSpan? served = null;
        while (fleet.Now - recovered < Watched)
        {
            fleet.Run(SimulatedProvider.Bin);
            if (served is null && fleet.Served >= 0.99 * fleet.Size) served = fleet.Now - recovered;
        }

        return new Course(
            name, fleet.SteadyRate, Course.Sample(fleet.Provider.Bins, fleet.Now), from, recovered,
            served ?? throw new InvalidOperationException($"{name}: after {Watched} only {fleet.Served} devices have credentials."));
    }
}
