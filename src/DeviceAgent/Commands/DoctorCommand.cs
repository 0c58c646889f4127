using System.CommandLine;
using DeviceAgent.Commands.Doctor;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent doctor</c>: looks for what keeps readings from arriving, from the configuration to the table, and names it with its remedy.</summary>
internal sealed class DoctorCommand
{
    private readonly ConfigurationArguments _arguments = new() { IsQuiet = true };
    private readonly Option<bool> _json = new("--json") { Description = "Prints JSON." };
    private readonly Option<bool> _write = new("--write") { Description = "Also writes an item to the table, and deletes it again." };

    public static Command Create()
    {
        var doctor = new DoctorCommand();
        var command = new Command("doctor", "Looks for what keeps readings from arriving: configuration, certificate, clock, network, credentials, table, MQTT, disk; names each cause with its remedy. Works while the agent runs, and changes nothing.") { doctor._json, doctor._write };
        doctor._arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await doctor.RunAsync(parsed, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ProcessMemory.Protect();
        var output = parsed.InvocationConfiguration.Output;
        var (inJson, inColour) = (parsed.GetValue(_json), Terminal.HasColours);
        var findings = new List<Finding>();
        await foreach (var finding in FindAsync(parsed, cancellationToken).ConfigureAwait(false))
        {
            findings.Add(finding);
            if (!inJson) await DoctorReport.WriteAsync(output, finding, inColour).ConfigureAwait(false);
        }

        await output.WriteLineAsync(inJson ? DoctorReport.Json(findings) : DoctorReport.Verdict(findings)).ConfigureAwait(false);
        return ExitCodeOf(findings);
    }

    /// <summary>By the worst finding.</summary>
    internal static ExitCode ExitCodeOf(IReadOnlyList<Finding> findings) => DoctorReport.Worst(findings) switch
    {
        FindingResult.Ok => ExitCode.Ok,
        FindingResult.Warning => ExitCode.Warnings,
        _ => findings.Any(f => f is { Result: FindingResult.Failure, Check: CheckName.Configuration }) ? ExitCode.BadConfiguration : ExitCode.Failure,
    };

    private async IAsyncEnumerable<Finding> FindAsync(ParseResult parsed, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var file = _arguments.FileOf(parsed);
        var (options, problems) = Load(() => AgentConfiguration.LoadOptions(file, Environment.GetEnvironmentVariables(), _arguments.AssignmentsOf(parsed)));
        if (options is null)
        {
            foreach (var problem in problems) yield return IdentityCheck.Of(CheckName.Configuration, problem);
            yield break;
        }

        if (OfAnother(options.StateDirectory) is { } stranger)
        {
            yield return stranger;
            yield break;
        }

        DeviceIdentity? identity = null;
        var (loaded, ofIdentity) = Load(() =>
        {
            (var all, identity) = AgentConfiguration.Load(file, Environment.GetEnvironmentVariables(), _arguments.AssignmentsOf(parsed));
            return all;
        });
        using var _ = identity;
        var closed = OwnerAccess.Problems(loaded ?? options, file).ToList();
        foreach (var (problem, mayBePassed) in closed)
        {
            yield return mayBePassed ? Finding.Warning(CheckName.Configuration, problem.ToString(), null) : IdentityCheck.Of(CheckName.Configuration, problem);
        }

        if (closed.Count == 0) yield return Finding.Ok(CheckName.Configuration, PrintableText.Escaped($"{file}: thing {options.ThingName}, role alias {options.Credentials.RoleAlias}, region {options.Table.Region}"));

        var agent = await RunningAgentView.AskAsync(options, cancellationToken).ConfigureAwait(false);
        if (TakeOwner(options) is { } obstacle)
        {
            yield return obstacle;
            yield break;
        }

        await foreach (var finding in new Examination(loaded ?? options, identity, ofIdentity, agent, parsed.GetValue(_write)).RunAsync(cancellationToken).ConfigureAwait(false)) yield return finding;
    }

    /// <summary>The options, or what is wrong with them.</summary>
    private static (AgentOptions? Options, IReadOnlyList<ConfigurationError> Problems) Load(Func<AgentOptions> load)
    {
        try
        {
            return (load(), []);
        }
        catch (ConfigurationException e)
        {
            return (null, e.Errors);
        }
    }

    /// <summary>Whoever is neither root nor the agent's user may read too little, and would find fault with that.</summary>
    private static Finding? OfAnother(string stateDirectory)
    {
        if (FileStatus.Of(stateDirectory) is not { } status || LocalUsers.Own == status.User || LocalUsers.Own == LocalUsers.Root) return null;
        var owner = LocalUsers.Shown(status.User);
        return Finding.Failure(CheckName.StateDirectory, $"'{stateDirectory}' belongs to {owner}: the user {LocalUsers.Shown(LocalUsers.Own)} could look at too little.", $"Run this by sudo, or as {owner}.");
    }

    /// <summary>From here on with the rights of the agent's user, where root runs this; why that cannot be.</summary>
    private static Finding? TakeOwner(AgentOptions options)
    {
        try
        {
            StateOwner.Become(options.StateDirectory);
            CredentialSettings.RequireRoots(options.Credentials);
            return null;
        }
        catch (CommandException e)
        {
            return Finding.Failure(CheckName.StateDirectory, $"{e.Message}.", null);
        }
        catch (ConfigurationException e)
        {
            return IdentityCheck.Of(CheckName.Configuration, e.Errors[0]);
        }
    }
}
