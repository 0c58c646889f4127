using System.Buffers;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DeviceAgent.Certificate;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Local;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.Storage;
using DeviceAgent.Supervision;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Commands;

/// <summary>
/// <c>device-agent credentials</c>: a credential_process of the AWS SDKs. Standard output is the credentials and nothing else, or
/// nothing. <c>device-agent credentials refresh</c>: the running agent fetches now.
/// </summary>
internal static class CredentialsCommand
{
    /// <summary>Longer than every request's own bounds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Command Create()
    {
        var command = new Command("credentials", "Prints AWS credentials as a credential_process of an AWS profile must: those of the running agent, or, when none runs, some that are fetched now.") { Refresh() };
        var owner = new StateOwner();
        owner.AddTo(command);
        return With(command, async (options, parsed, cancellationToken) =>
        {
            var credentials = await GetAsync(options, () => owner.Become(parsed, options.StateDirectory), cancellationToken).ConfigureAwait(false);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(credentials).ConfigureAwait(false);
        });
    }

    private static Command Refresh() => With(new Command("refresh", "Makes the running agent fetch new credentials now."), async (options, parsed, cancellationToken) =>
    {
        using var agent = await AgentClient.TryConnectAsync(options.Endpoint, cancellationToken).ConfigureAwait(false) ?? throw new CommandException("no agent runs, or endpoint.socket is off");
        var answer = await agent.PostAsync(CredentialsEndpoint.Path + "/refresh", "{}", cancellationToken).ConfigureAwait(false);
        await parsed.InvocationConfiguration.Output.WriteLineAsync($"the agent holds {answer.GetProperty("access_key_id").GetString()}, valid until {answer.GetProperty("expiration").GetString()}").ConfigureAwait(false);
    });

    private static Command With(Command command, Func<AgentOptions, ParseResult, CancellationToken, Task> action)
    {
        var arguments = new ConfigurationArguments { IsQuiet = true };
        arguments.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) => (int)await RunAsync(arguments, parsed, action, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static async Task<ExitCode> RunAsync(
        ConfigurationArguments arguments, ParseResult parsed, Func<AgentOptions, ParseResult, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        ProcessMemory.Protect();
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        using var timeout = new CancellationTokenSource(Patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await action(options, parsed, either.Token).ConfigureAwait(false);
            return ExitCode.Ok;
        }
        catch (ConfigurationException e)
        {
            return arguments.Refuse(parsed, Supervisor.None, e);
        }
        catch (Exception e) when (e is CommandException or HttpRequestException or IOException or UnauthorizedAccessException)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: {e.Message}").ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"device-agent: no answer within {Patience.TotalSeconds} s").ConfigureAwait(false);
        }

        return ExitCode.Failure;
    }

    private static async Task<string> GetAsync(AgentOptions options, Action becomeOwner, CancellationToken cancellationToken)
    {
        using var agent = await AgentClient.TryConnectAsync(options.Endpoint, cancellationToken).ConfigureAwait(false);
        if (agent is null)
        {
            becomeOwner();
            CredentialSettings.RequireRoots(options.Credentials);
            return await new CrossProcessSingleFlight(options.StateDirectory, token => OneShotFetch.GetAsync(options, token), TimeProvider.System).GetAsync(cancellationToken).ConfigureAwait(false);
        }

        var held = await agent.GetAsync(CredentialsEndpoint.Path, cancellationToken).ConfigureAwait(false);
        return ProcessCredentials(held.GetProperty("AccessKeyId").GetString()!, held.GetProperty("SecretAccessKey").GetString()!, held.GetProperty("Token").GetString()!, held.GetProperty("Expiration").GetString()!);
    }

    /// <summary>One line of the JSON that SDKs read from a credential_process.</summary>
    public static string ProcessCredentials(string accessKeyId, string secretAccessKey, string sessionToken, string expiration)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("Version", 1);
            json.WriteString("AccessKeyId", accessKeyId);
            json.WriteString("SecretAccessKey", secretAccessKey);
            json.WriteString("SessionToken", sessionToken);
            json.WriteString("Expiration", expiration);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>Fetches credentials once, in this process, in the way the agent does: it knows the clock, and asks again when that was wrong.</summary>
internal static class OneShotFetch
{
    /// <returns>The JSON of a credential_process.</returns>
    /// <exception cref="CommandException">None could be fetched; the message says why and what to do.</exception>
    public static async Task<string> GetAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var files = options.StoredIdentity.ActiveAfterSwap(new EnrolmentFile(options.StateDirectory));

            // The service manager may pass the key of root's own file; what is in the state directory is for its owner to read.
            using var identity = files == options.Identity ? LoadAsCaller(files) : DeviceIdentity.Load(files);
            var services = new ServiceCollection();
            services.AddLogging().AddAgentMetrics().AddTransient(_ => new Random(RandomNumberGenerator.GetInt32(int.MaxValue)));
            services.AddDeviceClock(options.StateDirectory, options.Clock).AddDeviceCredentials(identity, files, options.Credentials, s => ActiveAlias(options, s.GetRequiredService<ILogger<RoleAliasFile>>()));
            var provider = services.BuildServiceProvider();
            await using var _ = provider.ConfigureAwait(false);
            var credentials = await provider.GetRequiredService<CredentialCache>().GetAsync(cancellationToken).ConfigureAwait(false);
            return CredentialsCommand.ProcessCredentials(
                credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal(), CredentialsAnswer.Text(credentials.Expiration));
        }
        catch (Exception e) when (e is DeviceIdentityException or CredentialsUnavailableException)
        {
            throw new CommandException(e.Message, e);
        }
    }

    private static DeviceIdentity LoadAsCaller(DeviceIdentityOptions files)
    {
        using var _ = ProcessUser.AsCaller();
        return DeviceIdentity.Load(files);
    }

    /// <summary>The one that was proven last, as the agent would start with it; only looked at, not changed.</summary>
    public static string ActiveAlias(AgentOptions options, ILogger<RoleAliasFile> logger)
    {
        var configured = options.Credentials.RoleAlias;
        var record = new RoleAliasFile(options.StateDirectory, logger).Read();
        return record?.Configured == configured ? record.Active : configured;
    }
}
