using System.Globalization;
using DeviceAgent.Settings;
using Microsoft.Extensions.Hosting.Systemd;

namespace DeviceAgent.Supervision;

/// <summary>What the process that started the agent wants to hear of it: NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, as in sd_notify(3) and sd_watchdog_enabled(3).</summary>
/// <param name="Notifier">Reaches it.</param>
/// <param name="Listens">False: there is nobody to tell.</param>
/// <param name="WatchdogPeriod">It ends the agent when it hears no ping for so long; null: it does not.</param>
internal sealed record Supervisor(ServiceNotifier Notifier, bool Listens, TimeSpan? WatchdogPeriod)
{
    private const string WatchdogPeriodName = "WATCHDOG_USEC";
    private const string WatchdogProcessName = "WATCHDOG_PID";

    /// <summary>A day. Nobody waits longer for a sign of life, and timers count no further than 49 days.</summary>
    private const long MaxMicroseconds = 86_400_000_000;

    /// <summary>Nobody listens.</summary>
    public static Supervisor None { get; } = new(new ServiceNotifier(new Nobody(), TimeProvider.System), Listens: false, WatchdogPeriod: null);

    /// <summary>Reads the environment, and takes it away from what the agent starts. To be called once.</summary>
    public static Supervisor Take(TimeProvider time)
    {
        // Reads NOTIFY_SOCKET. UseSystemd() would look for it only where the parent process is systemd itself.
        var systemd = new SystemdNotifier();
        var period = systemd.IsEnabled ? PeriodOf(Environment.GetEnvironmentVariable(WatchdogPeriodName), Environment.GetEnvironmentVariable(WatchdogProcessName), Environment.ProcessId) : null;
        foreach (var name in new[] { "NOTIFY_SOCKET", WatchdogPeriodName, WatchdogProcessName }) Environment.SetEnvironmentVariable(name, null);
        return new Supervisor(new ServiceNotifier(systemd, time), systemd.IsEnabled, period);
    }

    /// <summary>The agent cannot start with this configuration.</summary>
    public void Refused(ConfigurationException problem) =>
        Notifier.Status($"Wrong configuration: {problem.Errors[0]}{(problem.Errors.Count > 1 ? $" (and {problem.Errors.Count - 1} more, see the log)" : "")}");

    /// <summary>Null when no pings are expected, or they are expected of another process.</summary>
    public static TimeSpan? PeriodOf(string? microseconds, string? process, int own)
    {
        if (!long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var period) || period is 0 or > MaxMicroseconds) return null;
        if (process is { Length: > 0 } && process != own.ToString(CultureInfo.InvariantCulture)) return null;
        return TimeSpan.FromMicroseconds(period);
    }

    private sealed class Nobody : ISystemdNotifier
    {
        public bool IsEnabled => false;

        public void Notify(ServiceState state)
        {
            // Nobody listens.
        }
    }
}
