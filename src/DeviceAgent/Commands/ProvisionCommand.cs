using System.CommandLine;
using DeviceAgent.Certificate;
using DeviceAgent.Credentials;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent provision</c>.</summary>
internal static class ProvisionCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var certificate = new Option<string>("--claim-certificate") { Description = "The claim certificate (PEM or PFX).", HelpName = "file", Required = true };
        var key = new Option<string?>("--claim-key") { Description = "Its private key (PEM). Left out: it is in the certificate's file.", HelpName = "file" };
        var template = new Option<string?>("--template") { Description = "The provisioning template; by default provisioning.template of the configuration.", HelpName = "name" };
        var parameters = new Option<string[]>("--parameter", "-p")
        {
            Description = "A parameter for the template besides ThingName and SerialNumber; may be repeated.",
            HelpName = "name=value",
            DefaultValueFactory = _ => [],
        };
        var command = new Command(
            "provision",
            """
            Gets the device its own certificate by a claim certificate, over AWS IoT fleet provisioning. The key is made here and never leaves. The
            files are put where the configuration says that they are. What was cut off goes on where it was; what is done already is not done again.
            """)
        {
            certificate, key, template, parameters,
        };
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (arguments.TryLoadOptions(parsed) is not { } options) return (int)ExitCode.BadConfiguration;
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var given = new Dictionary<string, string>(options.Provisioning.Parameters);
            foreach (var parameter in parsed.GetValue(parameters) ?? [])
            {
                if (parameter.Split('=', 2) is not [{ Length: > 0 } name, var value])
                {
                    await error.WriteLineAsync($"device-agent: --parameter {parameter} must have the form name=value").ConfigureAwait(false);
                    return (int)ExitCode.Usage;
                }

                given[name] = value;
            }

            var provisioning = new ProvisioningOptions { Template = parsed.GetValue(template) ?? options.Provisioning.Template, Parameters = given };
            if (!ProvisioningOptions.IsTemplate(provisioning.Template))
            {
                await error.WriteLineAsync($"device-agent: --template {provisioning.Template} must be 1 to 36 of A-Z a-z 0-9 _ -").ConfigureAwait(false);
                return (int)ExitCode.Usage;
            }

            var claim = new DeviceIdentityOptions { CertificatePath = parsed.GetRequiredValue(certificate), PrivateKeyPath = parsed.GetValue(key) };
            return (int)await new FirstProvisioning(options with { Provisioning = provisioning }, claim, TimeProvider.System, output, error).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}
