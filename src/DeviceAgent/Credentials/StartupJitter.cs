using DeviceAgent.Credentials.Text;
using DeviceAgent.Spool;

namespace DeviceAgent.Credentials;

/// <summary>How long the first request for credentials may wait, at random, so that devices whose power came back together do not ask together.</summary>
internal static class StartupJitter
{
    /// <summary>A later start is that of one device, by hand or by its supervisor.</summary>
    private static readonly TimeSpan JustBooted = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan AfterReboot = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Looked at before the spool is opened: one that was closed leaves no write-ahead log behind, one whose power was cut does. A device that has none is being
    /// set up, and somebody waits for it.
    /// </summary>
    /// <param name="uptime">Since the boot.</param>
    /// <param name="stateDirectory">Where the spool is.</param>
    /// <param name="afterPowerCut">The spread after a power cut.</param>
    public static CredentialCacheOptions Of(TimeSpan uptime, string stateDirectory, TimeSpan afterPowerCut)
    {
        var spool = SpoolServiceCollectionExtensions.PathIn(stateDirectory);
        if (uptime > JustBooted || !File.Exists(spool)) return new CredentialCacheOptions();
        return File.Exists($"{spool}-wal")
            ? Spread(afterPowerCut, $"after a power cut the first request waits a random part of powerReturnSpreadSeconds ({DurationText.Of(afterPowerCut)})")
            : Spread(AfterReboot, $"after a reboot the first request waits a random part of {DurationText.Of(AfterReboot)}");
    }

    private static CredentialCacheOptions Spread(TimeSpan spread, string reason) => new() { StartSpread = spread, StartSpreadReason = $"{reason}; to ask now: device-agent credentials refresh" };
}
