using System.CommandLine;
using System.Security.Cryptography;
using DeviceAgent.Certificate;
using DeviceAgent.Control;
using DeviceAgent.Control.Cloud;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Hosting;
using DeviceAgent.Storage;
using Microsoft.Extensions.Logging.Abstractions;

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
            "Gets the device its own certificate by a claim certificate, over AWS IoT fleet provisioning. The key is made here and never leaves. " +
            "The files are put where the configuration says that they are. What was cut off goes on where it was; what is done already is not done again.")
        {
            certificate, key, template, parameters,
        };
        var owner = new StateOwner();
        owner.AddTo(command);
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

            try
            {
                // Certificate and key may have to go where only root writes; each file is written as its folder's owner.
                owner.Require(parsed, options.StateDirectory);
            }
            catch (Exception e) when (e is CommandException or IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
                return (int)ExitCode.Failure;
            }

            var claim = new DeviceIdentityOptions { CertificatePath = parsed.GetRequiredValue(certificate), PrivateKeyPath = parsed.GetValue(key) };
            return (int)await new FirstProvisioning(options with { Provisioning = provisioning }, claim, TimeProvider.System, output, error).RunAsync(cancellationToken).ConfigureAwait(false);
        });
        return command;
    }
}

/// <summary>The first certificate of a device, by a claim certificate.</summary>
internal sealed class FirstProvisioning(AgentOptions options, DeviceIdentityOptions claimFiles, TimeProvider time, TextWriter output, TextWriter error) : IChangeProgress
{
    private static readonly TimeSpan _connectPatience = TimeSpan.FromSeconds(60);

    private readonly StagedIdentity _staged = new(options.Identity);
    private readonly StoredIdentity _store = options.StoredIdentity;
    private readonly EnrolmentFile _file = new(options.StateDirectory);

    public async Task<ExitCode> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (options.Control.Host is null) return await FailAsync(ExitCode.BadConfiguration, "mqttEndpoint is missing in the configuration: aws iot describe-endpoint --endpoint-type iot:Data-ATS").ConfigureAwait(false);
            if (_staged.Fault() is { } fault) return await FailAsync(ExitCode.BadConfiguration, fault).ConfigureAwait(false);
            if (_file.Recover() is { } lost) await error.WriteLineAsync($"device-agent: provisioning begins anew: {lost}").ConfigureAwait(false);
            _store.FinishSwap(_file);
            using var present = LoadPresent(out var isAbsent, out var problem);
            if (present is not null) return await ProveAsync(present, cancellationToken).ConfigureAwait(false);
            if (!isAbsent) return await FailAsync(ExitCode.BadConfiguration, $"there is a certificate or key already, and it cannot be used: {problem} Repair it, or remove both files to provision anew.").ConfigureAwait(false);
            if (_store.IsPassed) return await FailAsync(ExitCode.BadConfiguration, "the files are to be put where the service manager passes credentials (CREDENTIALS_DIRECTORY): call this command outside of the service").ConfigureAwait(false);
            return await ProvisionAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DeviceIdentityException e)
        {
            return await FailAsync(ExitCode.BadConfiguration, e.Message).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return await FailAsync(ExitCode.Failure, $"{e.Message} This user must be able to write to the folders of certificate, key and state.").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await FailAsync(ExitCode.Failure, "stopped; the next call goes on where this one was").ConfigureAwait(false);
        }
    }

    void IChangeProgress.Reached(string step) => output.WriteLine($"{step} ...");

    private async Task<ExitCode> ProvisionAsync(CancellationToken cancellationToken)
    {
        using var claim = DeviceIdentity.Load(claimFiles);
        var clientId = ClaimClientId.Of(options.ThingName);
        output.WriteLine($"connecting to {options.Control.Host}:{options.Control.Port} as {clientId} with claim certificate {claim.CertificateId} ...");
        var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
        var connect = HappyEyeballsConnector.ForSockets(time).ConnectAsync;
        var client = MqttClientFactory.Create(options.Control, clientId, options.Credentials.CaPath, claim, connect, time, random, NullLoggerFactory.Instance);
        await using var _ = client.ConfigureAwait(false);
        string? lastProblem = null;
        client.DisconnectedAsync += disconnected =>
        {
            lastProblem = disconnected.Message;
            return Task.CompletedTask;
        };
        using var requests = new TopicRequests(client, time, random);
        using var patience = new CancellationTokenSource(_connectPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await client.ConnectAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return await FailAsync(ExitCode.Failure, $"no connection to {options.Control.Host}:{options.Control.Port}: {lastProblem ?? "no answer"} The claim certificate must be active, and its policy must allow iot:Connect on client/{clientId}.").ConfigureAwait(false);
        }

        return await EnrolAsync(new FleetProvisioning(requests, time), cancellationToken).ConfigureAwait(false);
    }

    private async Task<ExitCode> EnrolAsync(FleetProvisioning cloud, CancellationToken cancellationToken)
    {
        foreach (var path in _staged.Folders.Where(f => !Directory.Exists(f)))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else FolderHandle.OpenOrMake(path).Dispose();
        }

        var enrolment = new Enrolment(cloud, _staged, _file, options.Provisioning, options.EnrolmentParameters);
        var key = _staged.KeyStays ? () => DeviceIdentity.LoadPrivateKey(options.Identity) : (Func<AsymmetricAlgorithm>)NewKey.Default;
        var (record, refusal) = await enrolment.EnrolAsync(key, options.ThingName, options.Identity.PrivateKeyPassword, this, cancellationToken).ConfigureAwait(false);
        if (record is null) return await FailAsync(ExitCode.Failure, $"{refusal!.Reason} ({refusal.Code})").ConfigureAwait(false);

        _file.Save(record.At(EnrolmentPhase.Swapping));
        _staged.Swap();
        _file.Delete();
        output.WriteLine($"certificate   {record.CertificateId} in {options.Identity.CertificatePath}, its key in {DeviceIdentityOptions.Shown(options.Identity.PrivateKeyPath!)}");
        if (enrolment.Thing?.ThingName is { } thing) output.WriteLine($"thingName     {thing}");
        foreach (var (name, value) in enrolment.Thing?.Configuration ?? new Dictionary<string, string>()) output.WriteLine($"configuration {name} = {value}");
        if (enrolment.Thing?.ThingName is { } other && other != options.ThingName)
            return await FailAsync(ExitCode.BadConfiguration, $"the template named the thing {other}, the configuration says {options.ThingName}: set thingName to {other}").ConfigureAwait(false);
        using var identity = DeviceIdentity.Load(options.Identity);
        return await ProveAsync(identity, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The device's own certificate, when it is there already.</summary>
    private DeviceIdentity? LoadPresent(out bool isAbsent, out string? problem)
    {
        isAbsent = !File.Exists(options.Identity.CertificatePath) && (_staged.KeyStays || !File.Exists(options.Identity.PrivateKeyPath));
        problem = null;
        if (isAbsent) return null;
        try
        {
            return DeviceIdentity.Load(_store.Active);
        }
        catch (DeviceIdentityException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private async Task<ExitCode> ProveAsync(DeviceIdentity identity, CancellationToken cancellationToken)
    {
        using var client = new CredentialsProviderClient(identity, options.Credentials, time);
        switch (await client.FetchAsync(cancellationToken).ConfigureAwait(false))
        {
            case FetchResult.Success success:
                output.WriteLine($"provisioned: certificate {identity.CertificateId} gets credentials of role alias {options.Credentials.RoleAlias}, valid until {success.Credentials.Expiration:u}");
                return ExitCode.Ok;
            case FetchResult.Failure failed:
                return await FailAsync(ExitCode.Failure, $"the device has its certificate {identity.CertificateId}, but gets no credentials with it yet: {failed.Reason}").ConfigureAwait(false);
            default:
                return ExitCode.Failure;
        }
    }

    private async Task<ExitCode> FailAsync(ExitCode code, string message)
    {
        await error.WriteLineAsync($"device-agent: {message}").ConfigureAwait(false);
        return code;
    }
}
