using DeviceAgent.Hosting;
using System.CommandLine;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Diagnostics;
using DeviceAgent.Spool;
using DeviceAgent.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent run</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var command = new Command("run", "Runs the agent until it is stopped (SIGTERM, SIGINT) or the source has ended and everything is delivered. SIGHUP reads the configuration again.");
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(arguments, parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(ConfigurationArguments arguments, ParseResult parsed, CancellationToken cancellationToken)
    {
        var hangUp = HangUp.Register();
        ProcessMemory.Protect();
        var supervisor = Supervisor.Take(TimeProvider.System);
        if (arguments.TryLoadToRun(parsed, supervisor.Refused) is not { } loaded) return ExitCode.BadConfiguration;

        // Reads the system's root certificates, which takes about as long as all the rest of the start.
        _ = Task.Run(() => loaded.Identity.Tls, CancellationToken.None);
        using var host = AgentHost.Build(loaded.Options, loaded.Identity, supervisor, reload: new ReloadTrigger(hangUp, arguments.Loader(parsed)));
        var memory = host.Services.GetRequiredService<ControlState>();
        try
        {
            host.Services.GetRequiredService<DeviceClock>().RaiseFloor(host.Services.GetRequiredService<ISpool>().NewestLive);
        }
        catch (SpoolException e)
        {
            memory.NeverRan();
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
            supervisor.Notifier.Status(e.Message);
            return ExitCode.SpoolUnusable;
        }

        // Taken now: the host disposes its services when it ends.
        var loops = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        AgentHost.Announce(host, loaded.Options, loaded.Identity);
        await host.RunAsync(cancellationToken).ConfigureAwait(false);
        if (loops.Any(l => l.ExecuteTask is { IsFaulted: true })) return ExitCode.Failure;
        if (loaded.Options.Control.Host is not null) memory.EndedAsAsked();
        return ExitCode.Ok;
    }
}
