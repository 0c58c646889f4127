using System.CommandLine;
using System.CommandLine.Invocation;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands;

/// <summary>The command line.</summary>
internal static class AgentCommand
{
    private const string Description = """
        Puts a device's readings into the DynamoDB table that is called like its
        thing, with temporary AWS credentials that the device's X.509 certificate gets
        from the AWS IoT credentials provider.

        Exit codes:
          0   ended as asked, or the source has ended and all is delivered
          1   unexpected failure; status: no agent runs;
              spool requeue: not all were found;
              doctor: something fails;
              page: there is none;
              init: a file is missing or in the way;
              provision: refused, unreachable or not proven;
              credentials: there are none;
              clients: there is none of that name, or there is one already
          2   wrong command line; init: something is missing, and nobody can be asked
          3   doctor: nothing fails, and there are warnings
          4   status: the agent runs, and nothing is uploaded
          65  the source has ended and everything else is delivered, but lines of it were skipped: the log says which, and why
          74  the spool cannot be used
          78  wrong configuration
        """;

    public static async Task<ExitCode> RunAsync(string[] arguments, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(Description)
        {
            RunCommand.Create(), InitCommand.Create(), CheckCommand.Create(), DoctorCommand.Create(), ProvisionCommand.Create(), StatusCommand.Create(), PageCommand.Create(), SensorsCommand.Create(), SpoolCommand.Create(), CredentialsCommand.Create(), ClientsCommand.Create(),
        };
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        var parsed = root.Parse(arguments);
        if (OperatingSystem.IsLinux())
        {
            RootCertificates.ReadOnce();
            SdkSettings.Hide();
        }

        if (parsed.Action is ParseErrorAction && UsageProblem.Lines(parsed) is { Count: > 0 } problem)
        {
            foreach (var line in problem) await error.WriteLineAsync(line).ConfigureAwait(false);
            return ExitCode.Usage;
        }

        // The host handles the signals.
        var exit = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, Output = output, Error = error }).ConfigureAwait(false);
        return parsed.Action is ParseErrorAction ? ExitCode.Usage : (ExitCode)exit;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"device-agent {AgentBuild.Current}");
            return (int)ExitCode.Ok;
        }
    }
}

/// <summary>How the process ends; from 64 on as in sysexits.h.</summary>
internal enum ExitCode
{
    /// <summary>Ended as asked: by a signal, or because the source has ended and everything is delivered.</summary>
    Ok = 0,

    /// <summary>An unexpected failure.</summary>
    Failure = 1,

    /// <summary>The command line is wrong.</summary>
    Usage = 2,

    /// <summary>The doctor has found nothing that fails, and something to see to.</summary>
    Warnings = 3,

    /// <summary>The agent runs, and nothing is uploaded.</summary>
    NotUploading = 4,

    /// <summary>The source has ended, and lines of it were skipped (EX_DATAERR); everything else is delivered.</summary>
    InputSkipped = 65,

    /// <summary>The spool cannot be used (EX_IOERR): in use by another process, written by a newer agent, or its folder cannot be made.</summary>
    SpoolUnusable = 74,

    /// <summary>The configuration is wrong (EX_CONFIG).</summary>
    BadConfiguration = 78,
}

/// <summary>A command cannot do its work; the message says why and what to do.</summary>
internal sealed class CommandException : Exception
{
    public CommandException()
    {
    }

    public CommandException(string message) : base(message)
    {
    }

    public CommandException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
