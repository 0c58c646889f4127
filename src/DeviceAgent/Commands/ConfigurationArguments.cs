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
    private readonly ConfigurationPlaces _places;

    private readonly Option<string?> _config = new("--config", "-c")
    {
        Description = $"The configuration file (JSON, comments allowed). Relative paths in it are relative to its folder. Left out: {SettingsLayers.FileVariable}, else agent.json of the working folder, else {ConfigurationPlaces.OfPackage}.",
        HelpName = "file",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Overrides a setting, e.g. --set source.kind=simulated; may be repeated. Environment variables do so too (DEVICE_AGENT_SOURCE__KIND), the command line wins.",
        HelpName = "key=value",
        DefaultValueFactory = _ => [],
    };

    /// <param name="places">Where to look when the command line names no file.</param>
    public ConfigurationArguments(ConfigurationPlaces? places = null) => _places = places ?? ConfigurationPlaces.OfThisProcess();

    /// <summary>For a command that programs call, or that has a log: it does not say which configuration it found.</summary>
    public bool IsQuiet { get; init; }

    public void AddTo(Command command)
    {
        command.Add(_config);
        command.Add(_set);
    }

    /// <summary>The file that is read.</summary>
    public string FileOf(ParseResult parsed) => Found(parsed).Path;

    /// <summary>What the command line sets.</summary>
    public IReadOnlyList<string> AssignmentsOf(ParseResult parsed) => parsed.GetValue(_set) ?? [];

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
            (var options, identity) = AgentConfiguration.Load(Chosen(parsed), Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? [], settled);
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
        var (path, assignments) = (FileOf(parsed), parsed.GetValue(_set) ?? []);
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
            return AgentConfiguration.LoadOptions(Chosen(parsed), Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? []);
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
            var file = Found(parsed);
            var obstacle = file.Origin is null or SettingsLayers.FileVariable ? null : FindObstacle(file.Path);
            if (obstacle is not null) parsed.InvocationConfiguration.Error.WriteLine($"note: {obstacle}: names and folders are the defaults");
            return AgentConfiguration.LoadForSensors(obstacle is null ? Chosen(parsed) : null, Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? []);
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

    private ConfigurationFile Found(ParseResult parsed) => _places.Find(parsed.GetValue(_config));

    /// <summary>The file that is read; said to who did not name it.</summary>
    private string Chosen(ParseResult parsed)
    {
        var file = Found(parsed);
        if (file.Origin is { } origin && _places.IsTerminal && !IsQuiet) parsed.InvocationConfiguration.Error.WriteLine(PrintableText.Escaped($"device-agent: reads {file.Path} ({origin})"));
        return file.Path;
    }

    private void Print(ParseResult parsed, ConfigurationException e)
    {
        var output = parsed.InvocationConfiguration.Error;
        output.WriteLine(e.Errors.Count == 1 ? "The configuration has an error:" : $"The configuration has {e.Errors.Count} errors:");
        foreach (var error in e.Errors) output.WriteLine($"  {error}");
        if (Found(parsed).Origin is { } origin && e.Errors.Any(error => error.Key == "--config")) output.WriteLine($"  It is {(origin == SettingsLayers.FileVariable ? $"what {origin} names" : PrintableText.Escaped(origin))}. {PrintableText.Escaped(_places.Remedy)}");
    }
}
