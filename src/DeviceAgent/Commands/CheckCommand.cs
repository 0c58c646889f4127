using System.CommandLine;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings;
using DeviceAgent.Settings;
using DeviceAgent.Supervision;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var command = new Command("check", "Checks the configuration, certificate and key included, and prints everything that is wrong, as run would. Uses no network and changes nothing.");
        arguments.AddTo(command);
        command.SetAction(parsed => (int)Check(arguments, parsed));
        return command;
    }

    private static ExitCode Check(ConfigurationArguments arguments, ParseResult parsed)
    {
        var (options, identity, exit) = arguments.Judge(parsed, Supervisor.None);
        if (options is null || identity is null) return exit;
        using var _ = identity;
        foreach (var warning in identity.WarningsAt(TimeProvider.System.GetUtcNow())) parsed.InvocationConfiguration.Error.WriteLine($"warning: {PrintableText.Escaped(warning.ToString())}");
        var closed = OwnerAccess.Problems(options, arguments.FileOf(parsed)).ToList();
        foreach (var warning in closed.Where(c => c.MayBePassed).Select(c => c.Problem)) parsed.InvocationConfiguration.Error.WriteLine($"warning: {warning}");
        if (closed.Where(c => !c.MayBePassed).Select(c => c.Problem).ToList() is { Count: > 0 } errors) return arguments.Refuse(parsed, Supervisor.None, new ConfigurationException(errors));
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine("configuration is valid");
        var files = options.ActiveIdentity;
        output.WriteLine($"certificate   {identity.CertificateId}, valid until {TimestampText.Format(identity.NotAfter)}, from {Shown(files.CertificatePath)}");
        output.WriteLine($"private key   from {Shown(files.PrivateKeyPath ?? files.CertificatePath)}");
        foreach (var source in options.Sources) output.WriteLine($"source        {source.Shown}{(source.Notice is { } notice ? $": {notice}" : "")}");
        if (options.LocalCredentials.Port is { } port) output.WriteLine($"credentials   on port {port} of 127.0.0.1 and ::1");
        return ExitCode.Ok;
    }

    private static string Shown(string path) => PrintableText.Escaped(DeviceIdentityOptions.Shown(path));
}
