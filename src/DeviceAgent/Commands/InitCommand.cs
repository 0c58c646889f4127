using System.CommandLine;
using DeviceAgent.Commands.Init;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent init</c>: makes the configuration, by asking on a terminal or from options.</summary>
internal sealed class InitCommand
{
    private readonly ConfigurationPlaces _places;
    private readonly TextReader _input;

    private readonly Option<string?> _from = new("--from")
    {
        Description = "The folder with the device's certificate and private key: the one that aws-setup.sh left, or the console's download (unzipped). What it tells is not asked.",
        HelpName = "folder",
    };

    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "file" };

    private readonly Option<string?> _thing = new("--thing") { Description = "thingName: the thing that the certificate is attached to.", HelpName = "name" };
    private readonly Option<string?> _region = new("--region") { Description = "region: the table's.", HelpName = "name" };
    private readonly Option<string?> _endpoint = new("--endpoint") { Description = "credentialsEndpoint (aws iot describe-endpoint --endpoint-type iot:CredentialProvider).", HelpName = "host" };
    private readonly Option<string?> _mqttEndpoint = new("--mqtt-endpoint") { Description = "mqttEndpoint, for remote control (aws iot describe-endpoint --endpoint-type iot:Data-ATS); off: none.", HelpName = "host" };
    private readonly Option<string?> _roleAlias = new("--role-alias") { Description = "roleAlias: the role alias to ask for.", HelpName = "name" };
    private readonly Option<string?> _certificate = new("--certificate") { Description = "certificatePath: the device's certificate. It stays where it is.", HelpName = "file" };
    private readonly Option<string?> _privateKey = new("--private-key") { Description = "privateKeyPath: its private key. It stays where it is.", HelpName = "file" };
    private readonly Option<string?> _ca = new("--ca") { Description = "caPath: the endpoints' roots, where the system does not know them.", HelpName = "file" };
    private readonly Option<string?> _source = new("--source") { Description = $"What the device reads: {SourceChoice.Kinds}.", HelpName = "kind" };
    private readonly Option<string?> _stateDirectory = new("--state-directory") { Description = "stateDirectory: where readings wait.", HelpName = "folder" };
    private readonly Option<string[]> _set = new("--set") { Description = "Any other setting, e.g. --set tableName=readings; may be repeated.", HelpName = "key=value", DefaultValueFactory = _ => [] };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Takes each proposal without asking." };
    private readonly Option<bool> _force = new("--force") { Description = "Replaces files that are there." };
    private readonly Option<bool> _noDoctor = new("--no-doctor") { Description = "Does not run the doctor afterwards." };

    private InitCommand(ConfigurationPlaces places, TextReader? input)
    {
        (_places, _input) = (places, input ?? Console.In);
        _output.Description = $"The configuration to write. Left out: {ConfigurationPlaces.OfPackage} where that folder exists, else agent.json of the working folder.";
    }

    /// <param name="places">Where configurations are; null: as this process finds them.</param>
    /// <param name="input">Answers; null: standard input.</param>
    /// <param name="isTerminal">Whether a person answers; null: where standard input is a terminal.</param>
    public static Command Create(ConfigurationPlaces? places = null, TextReader? input = null, bool? isTerminal = null)
    {
        var init = new InitCommand(places ?? ConfigurationPlaces.OfThisProcess(), input);
        var command = new Command("init", "Makes the configuration: finds certificate, key and what else a folder tells, asks for the rest on a terminal, writes the file with comments, and runs the doctor. Without a terminal it says all that is missing, each with its option. Nothing is asked of AWS.")
        {
            init._from, init._output, init._thing, init._region, init._endpoint, init._mqttEndpoint, init._roleAlias, init._certificate, init._privateKey, init._ca, init._source, init._stateDirectory, init._set, init._yes, init._force, init._noDoctor,
        };
        command.SetAction(async (parsed, cancellationToken) => (int)await init.RunAsync(parsed, isTerminal ?? !Console.IsInputRedirected, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, bool isTerminal, CancellationToken cancellationToken)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        try
        {
            var questions = new Questions(output, _input, asks: isTerminal && !parsed.GetValue(_yes), takesProposals: parsed.GetValue(_yes));
            using var making = new Making(Given(parsed), questions, output);
            var file = await making.MakeAsync(cancellationToken).ConfigureAwait(false);
            if (parsed.GetValue(_noDoctor))
            {
                await output.WriteLineAsync($"Next: device-agent doctor{Named(file)}").ConfigureAwait(false);
                return ExitCode.Ok;
            }

            await output.WriteLineAsync().ConfigureAwait(false);
            var exit = (ExitCode)await DoctorCommand.Create().Parse(["--config", file]).InvokeAsync(parsed.InvocationConfiguration, cancellationToken).ConfigureAwait(false);
            var next = file == _places.Default ? "sudo systemctl enable --now device-agent" : $"device-agent run{Named(file)}";
            await output.WriteLineAsync(exit is ExitCode.Ok or ExitCode.Warnings ? $"Next: {next}" : $"The configuration is written. Once that is mended: {next}").ConfigureAwait(false);
            return exit;
        }
        catch (MissingAnswersException e)
        {
            foreach (var line in e.Lines) await error.WriteLineAsync(PrintableText.Escaped(line)).ConfigureAwait(false);
            return ExitCode.Usage;
        }
        catch (ConfigurationException e)
        {
            await error.WriteLineAsync("device-agent: nothing is written:").ConfigureAwait(false);
            foreach (var problem in e.Errors) await error.WriteLineAsync($"  {problem}").ConfigureAwait(false);
            return ExitCode.BadConfiguration;
        }
        catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"device-agent: {PrintableText.Escaped(e.Message)}").ConfigureAwait(false);
            return ExitCode.Failure;
        }
    }

    private Given Given(ParseResult parsed)
    {
        var package = Path.GetDirectoryName(_places.Default)!;
        var file = Path.GetFullPath(parsed.GetValue(_output) ?? (Directory.Exists(package) ? _places.Default : "agent.json"), _places.WorkingFolder);
        return new Given
        {
            From = parsed.GetValue(_from),
            WorkingFolder = _places.WorkingFolder,
            Output = file,
            IsOfPackage = file == _places.Default,
            Replaces = parsed.GetValue(_force),
            Assignments = parsed.GetValue(_set) ?? [],
            Options = new Dictionary<string, string?>
            {
                ["thingName"] = parsed.GetValue(_thing),
                ["region"] = parsed.GetValue(_region),
                ["credentialsEndpoint"] = parsed.GetValue(_endpoint),
                ["mqttEndpoint"] = parsed.GetValue(_mqttEndpoint),
                ["roleAlias"] = parsed.GetValue(_roleAlias),
                [SettingPaths.Certificate] = parsed.GetValue(_certificate),
                [SettingPaths.PrivateKey] = parsed.GetValue(_privateKey),
                [SettingPaths.Roots] = parsed.GetValue(_ca),
                [SettingPaths.StateDirectory] = parsed.GetValue(_stateDirectory),
                ["source"] = parsed.GetValue(_source),
            },
        };
    }

    /// <summary>The option that a command needs to find the file; none where it finds it by itself.</summary>
    private string Named(string file) => file == _places.Default || file == Path.Combine(_places.WorkingFolder, "agent.json") ? "" : $" --config {file}";
}
