using System.CommandLine;
using DeviceAgent.Credentials;
using DeviceAgent.Readings;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var command = new Command("check", "Checks the configuration, certificate and key included, and prints everything that is wrong. Uses no network.");
        arguments.AddTo(command);
        command.SetAction(parsed => (int)Check(arguments, parsed));
        return command;
    }

    private static ExitCode Check(ConfigurationArguments arguments, ParseResult parsed)
    {
        if (arguments.TryLoad(parsed) is not { } loaded) return ExitCode.BadConfiguration;
        using var identity = loaded.Identity;
        foreach (var warning in identity.WarningsAt(TimeProvider.System.GetUtcNow())) parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}");
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine("configuration is valid");
        var files = loaded.Options.ActiveIdentity;
        output.WriteLine($"certificate   {identity.CertificateId}, valid until {TimestampText.Format(identity.NotAfter)}, from {DeviceIdentityOptions.Shown(files.CertificatePath)}");
        output.WriteLine($"private key   from {DeviceIdentityOptions.Shown(files.PrivateKeyPath ?? files.CertificatePath)}");
        return ExitCode.Ok;
    }
}
