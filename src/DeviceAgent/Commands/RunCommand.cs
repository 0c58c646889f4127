using DeviceAgent.Hosting;
using System.CommandLine;
using DeviceAgent.Clock;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent run</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments { IsQuiet = true };
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
        var passed = PassedSockets.Take();
        if (AddressSpace.FindProblem() is { } problem) await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: warning: {problem}").ConfigureAwait(false);
        StateDirectory? held = null;
        var (options, identity, exit) = arguments.Judge(parsed, supervisor, o => held = Hold(o.StateDirectory));
        using var state = held;
        if (options is null || identity is null) return exit;
        try
        {
            if (BecomeOwner(options.StateDirectory) is { } owner)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: started by root, runs as {owner}, to whom the state directory belongs").ConfigureAwait(false);
                CredentialSettings.RequireRoots(options.Credentials);
            }

            options = AgentConfiguration.Settle(options);
        }
        catch (ConfigurationException e)
        {
            identity.Dispose();
            return arguments.Refuse(parsed, supervisor, e);
        }

        // Reads the system's root certificates, which takes about as long as all the rest of the start.
        _ = Task.Run(() => identity.Tls, CancellationToken.None);
        using var host = AgentHost.Build(options, identity, supervisor, reload: new ReloadTrigger(hangUp, arguments.Loader(parsed)), state: state, passed: passed,
            examination: s => RunningExamination.Of(options, s.GetRequiredService<DeviceIdentitySource>()));
        var memory = host.Services.GetRequiredService<ControlState>();
        try
        {
            host.Services.GetRequiredService<DeviceClock>().RaiseFloor(host.Services.GetRequiredService<ISpool>().NewestLive);
        }
        catch (SpoolException e)
        {
            memory.NeverRan();
            return ConfigurationArguments.Refuse(parsed, supervisor, e);
        }

        // Taken now: the host disposes its services when it ends.
        var loops = host.Services.GetServices<IHostedService>().OfType<BackgroundService>().ToList();
        AgentHost.Announce(host, options, identity);
        await host.RunAsync(cancellationToken).ConfigureAwait(false);
        if (loops.Any(l => l.ExecuteTask is { IsFaulted: true })) return ExitCode.Failure;
        if (options.Control.Host is not null) memory.EndedAsAsked();
        return loops.OfType<SensingService>().Any(s => s.HasSkipped) ? ExitCode.InputSkipped : ExitCode.Ok;
    }

    /// <summary>Before anything in it is judged; started by root it is done as the owner, who may have planted links there.</summary>
    /// <exception cref="SpoolException">Another agent has it.</exception>
    /// <exception cref="ConfigurationException">Root may not become its owner.</exception>
    private static StateDirectory Hold(string stateDirectory)
    {
        try
        {
            using var _ = ProcessUser.AsOwnerOf(stateDirectory);
            return StateDirectory.Open(stateDirectory);
        }
        catch (StateDirectoryInUseException e)
        {
            throw new SpoolException(e.Message, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigurationException([new ConfigurationError("stateDirectory", stateDirectory, $"belongs to another user: {e.Message}")]);
        }
    }

    /// <summary>For good: what root makes in the folder of another user would be lost for that user's agent. Certificate and key have been read.</summary>
    /// <returns>The owner; null where nothing had to change.</returns>
    /// <exception cref="ConfigurationException">Root may not become its owner.</exception>
    private static string? BecomeOwner(string stateDirectory)
    {
        try
        {
            return ProcessUser.BecomeOwnerForGood(stateDirectory);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConfigurationException([new ConfigurationError("stateDirectory", stateDirectory, $"belongs to another user: {e.Message}")]);
        }
    }
}
