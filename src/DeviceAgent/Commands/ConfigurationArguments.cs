using System.CommandLine;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Supervision;

namespace DeviceAgent.Commands;

/// <summary>The options by which a command is told its configuration.</summary>
internal sealed class ConfigurationArguments
{
    /// <summary>Where the package puts the configuration.</summary>
    public const string DefaultPath = "/etc/device-agent/agent.json";

    private readonly string _defaultPath;
    private readonly Option<string> _config;

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Overrides a setting, e.g. --set source.kind=simulated; may be repeated. Environment variables do so too (DEVICE_AGENT_SOURCE__KIND), the command line wins.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    /// <param name="defaultPath">What is read when the command line names no file.</param>
    public ConfigurationArguments(string defaultPath = DefaultPath)
    {
        _defaultPath = defaultPath;
        _config = new Option<string>("--config", "-c")
        {
            Description = "The configuration file (JSON, comments allowed). Relative paths in it are relative to its folder.",
            HelpName = "file",
            DefaultValueFactory = _ => defaultPath,
        };
    }

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_set);
    }

    /// <summary>The file that is read.</summary>
    public string FileOf(ParseResult parsed) => parsed.GetRequiredValue(_config);

    /// <summary>
    /// What <c>run</c> and <c>check</c> both begin with: all that can be told without the network is looked at, and nothing on disk changes. What is wrong is
    /// printed.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="supervisor">Is told as well what is wrong.</param>
    /// <param name="settled">Told the options before anything in the state directory is looked at; may throw what this prints.</param>
    /// <returns>What was loaded; or null, and how the command ends.</returns>
    public (AgentOptions? Options, DeviceIdentity? Identity, ExitCode Exit) Judge(ParseResult parsed, Supervisor supervisor, Action<AgentOptions>? settled = null)
    {
        DeviceIdentity? identity = null;
        try
        {
            (var options, identity) = AgentConfiguration.Load(parsed.GetRequiredValue(_config), Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? [], settled);
            SpoolVerdict.Of(SpoolServiceCollectionExtensions.PathIn(options.StateDirectory));
            return (options, identity, ExitCode.Ok);
        }
        catch (ConfigurationException e)
        {
            return (null, null, Refuse(parsed, supervisor, e));
        }
        catch (SpoolException e)
        {
            identity?.Dispose();
            return (null, null, Refuse(parsed, supervisor, e));
        }
    }

    /// <summary>Prints why the agent cannot start.</summary>
    public ExitCode Refuse(ParseResult parsed, Supervisor supervisor, ConfigurationException problem)
    {
        Print(parsed, problem);
        supervisor.Refused(problem);
        return ExitCode.BadConfiguration;
    }

    /// <inheritdoc cref="Refuse(ParseResult, Supervisor, ConfigurationException)"/>
    public static ExitCode Refuse(ParseResult parsed, Supervisor supervisor, SpoolException problem)
    {
        parsed.InvocationConfiguration.Error.WriteLine($"device-agent: {PrintableText.Escaped(problem.Message)}");
        supervisor.Notifier.Status(problem.Message);
        return ExitCode.SpoolUnusable;
    }

    /// <summary>Loads the configuration again and again, certificate and key to look at only; throws what is wrong with it.</summary>
    public Func<AgentOptions> Loader(ParseResult parsed)
    {
        var (path, assignments) = (parsed.GetRequiredValue(_config), parsed.GetValue(_set) ?? []);
        return () =>
        {
            var (options, identity) = AgentConfiguration.Load(path, Environment.GetEnvironmentVariables(), assignments);
            identity.Dispose();
            return options;
        };
    }

    /// <summary>Loads the configuration without certificate and key, or prints all that is wrong with it and returns null.</summary>
    public AgentOptions? TryLoadOptions(ParseResult parsed)
    {
        try
        {
            return AgentConfiguration.LoadOptions(parsed.GetRequiredValue(_config), Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? []);
        }
        catch (ConfigurationException e)
        {
            Print(parsed, e);
            return null;
        }
    }

    /// <summary>The same of what a look at sensors needs. Where the command line names no file and none can be read at the default path, it says so and takes the defaults.</summary>
    public AgentOptions? TryLoadForSensors(ParseResult parsed)
    {
        try
        {
            var path = parsed.GetRequiredValue(_config);
            var obstacle = IsDefault(parsed) ? FindObstacle(path) : null;
            if (obstacle is not null) parsed.InvocationConfiguration.Error.WriteLine($"note: {obstacle}: names and folders are the defaults");
            return AgentConfiguration.LoadForSensors(obstacle is null ? path : null, Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? []);
        }
        catch (ConfigurationException e)
        {
            Print(parsed, e);
            return null;
        }
    }

    /// <summary>Why there is no configuration for this user; null when there is one, be it wrong.</summary>
    private static string? FindObstacle(string path)
    {
        try
        {
            InputFile.Read(path, SettingsLayers.MaxFileBytes);
            return null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return $"there is no {path} yet";
        }
        catch (UnauthorizedAccessException)
        {
            return $"{path} may not be read by this user";
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether the command line names no file.</summary>
    private bool IsDefault(ParseResult parsed) => parsed.GetResult(_config) is null or { Implicit: true };

    private void Print(ParseResult parsed, ConfigurationException e)
    {
        var output = parsed.InvocationConfiguration.Error;
        output.WriteLine(e.Errors.Count == 1 ? "The configuration has an error:" : $"The configuration has {e.Errors.Count} errors:");
        foreach (var error in e.Errors) output.WriteLine($"  {error}");
        if (IsDefault(parsed) && e.Errors.Any(error => error.Key == "--config")) output.WriteLine($"  {_defaultPath} is the default; --config FILE names another file.");
    }
}
