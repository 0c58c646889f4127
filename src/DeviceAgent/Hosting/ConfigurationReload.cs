using System.Security.Cryptography;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Settings;
using DeviceAgent.Supervision;
using DeviceAgent.Timing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>
/// Reads the configuration again at SIGHUP. It is checked as at the start; when something is wrong with it, all of that is logged and the present
/// one stays. One reload at a time, and at least one after the last signal.
/// </summary>
internal sealed class ConfigurationReload(
    ReloadTrigger trigger,
    StoredSettings stored,
    DeviceIdentitySource identity,
    IServiceNotifier notifier,
    IHostApplicationLifetime lifetime,
    LoopWatch loops,
    ILogger<ConfigurationReload> logger) : WatchedLoop(loops.Pulse("reload"))
{
    protected override async Task RunAsync(CancellationToken stopping)
    {
        await StartedAsync(stopping).ConfigureAwait(false);
        var handled = 0;
        while (true)
        {
            var (next, count) = (trigger.HangUp.Next, trigger.HangUp.Count);
            if (count == handled)
            {
                using (Pulse.Waits()) await next.WaitAsync(stopping).ConfigureAwait(false);
                continue;
            }

            handled = count;
            if (trigger.HangUp.ClosesTerminal)
            {
                logger.TerminalClosed();
                lifetime.StopApplication();
                return;
            }

            Pulse.Works();
            Reload();
        }
    }

    /// <summary>One that comes while the agent starts waits for the end of the start.</summary>
    private async Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult).ConfigureAwait(false);
        await started.Task.WaitAsync(stopping).ConfigureAwait(false);
    }

    private void Reload()
    {
        notifier.Reloading();
        string? problem = null;
        try
        {
            problem = Read();
        }
        catch (Exception e)
        {
            // Whatever it is, the agent goes on as it was.
            problem = e.Message;
            logger.ReloadFailed(e);
        }
        finally
        {
            notifier.Reloaded(problem);
        }
    }

    /// <returns>Null; or why the present configuration stays.</returns>
    private string? Read()
    {
        AgentOptions options;
        try
        {
            options = trigger.Load();
        }
        catch (ConfigurationException e)
        {
            logger.ReloadRefused(e.Errors.Count);
            foreach (var error in e.Errors) logger.ReloadError(error.ToString());
            return e.Errors.Count == 1 ? e.Errors[0].ToString() : $"{e.Errors.Count} errors, the first: {e.Errors[0]}";
        }

        var change = stored.Reconfigure(options);
        logger.Reloaded(change.Changed.Count == 0 ? "no setting has changed" : string.Join(", ", change.Changed));
        if (change.Covered.Count > 0) logger.StayRemote(string.Join(", ", change.Covered));
        if (change.NextStart.Count > 0) logger.NeedRestart(string.Join(", ", change.NextStart));
        if (change.Conflict is { } conflict) logger.SettingsNoLongerFit(conflict);
        LookAtIdentity();
        return null;
    }

    /// <summary>The files that the agent was started with, or those that stand in for them.</summary>
    private void LookAtIdentity()
    {
        try
        {
            var store = stored.Settings.Options.StoredIdentity;

            // A rotation may put another pair there at the same time: the last one counts.
            DeviceIdentityOptions active;
            do
            {
                active = store.Active;
                identity.Follow(active);
            }
            while (store.Active != active);
        }
        catch (Exception e) when (e is DeviceIdentityException or CryptographicException or IOException)
        {
            logger.IdentityNotReloaded(e.Message);
        }
    }
}

/// <summary>What starts a reload, and what it reads.</summary>
/// <param name="HangUp">The signal.</param>
/// <param name="Load">Reads file, environment and command line, and checks all, the identity too.</param>
internal sealed record ReloadTrigger(HangUp HangUp, Func<AgentOptions> Load);

/// <summary>What a reload of the configuration has changed; keys as in the configuration.</summary>
/// <param name="Changed">Active from now on, each with its value.</param>
/// <param name="Covered">Changed in the configuration, but operators have set them remotely, and that counts.</param>
/// <param name="NextStart">Differ from what the agent was started with, and cannot change while it runs.</param>
/// <param name="Conflict">What operators set and that no longer fits; null when all does.</param>
internal sealed record ConfigurationChange(IReadOnlyList<string> Changed, IReadOnlyList<string> Covered, IReadOnlyList<string> NextStart, string? Conflict);

internal static class ReloadServiceCollectionExtensions
{
    /// <summary>Reads the configuration again when it is asked for.</summary>
    public static IServiceCollection AddConfigurationReload(this IServiceCollection services, ReloadTrigger trigger)
    {
        services.AddSingleton(trigger);
        services.AddHostedService<ConfigurationReload>();
        return services;
    }
}
