using System.Collections;
using System.CommandLine;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

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

    /// <summary>Loads the configuration, or prints all that is wrong with it and returns null.</summary>
    public (AgentOptions Options, DeviceIdentity Identity)? TryLoad(ParseResult parsed) => TryLoad(parsed, AgentConfiguration.Load);

    /// <summary>The same for the agent itself, which may write: see <see cref="AgentConfiguration.LoadToRun"/>.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="refused">Is told as well what is wrong.</param>
    public (AgentOptions Options, DeviceIdentity Identity)? TryLoadToRun(ParseResult parsed, Action<ConfigurationException> refused) =>
        TryLoad(parsed, AgentConfiguration.LoadToRun, refused);

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

    private (AgentOptions Options, DeviceIdentity Identity)? TryLoad(
        ParseResult parsed, Func<string, IDictionary, IEnumerable<string>, (AgentOptions, DeviceIdentity)> load, Action<ConfigurationException>? refused = null)
    {
        try
        {
            return load(parsed.GetRequiredValue(_config), Environment.GetEnvironmentVariables(), parsed.GetValue(_set) ?? []);
        }
        catch (ConfigurationException e)
        {
            Print(parsed, e);
            refused?.Invoke(e);
            return null;
        }
    }

    /// <summary>The same without certificate and key.</summary>
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

    private void Print(ParseResult parsed, ConfigurationException e)
    {
        var output = parsed.InvocationConfiguration.Error;
        output.WriteLine(e.Errors.Count == 1 ? "The configuration has an error:" : $"The configuration has {e.Errors.Count} errors:");
        foreach (var error in e.Errors) output.WriteLine($"  {error}");
        if (parsed.GetResult(_config) is null or { Implicit: true } && e.Errors.Any(error => error.Key == "--config")) output.WriteLine($"  {_defaultPath} is the default; --config FILE names another file.");
    }
}
