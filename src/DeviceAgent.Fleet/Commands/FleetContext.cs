using System.CommandLine;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Fleet.Aws;
using DeviceAgent.Fleet.Output;
using DeviceAgent.Fleet.Things;

namespace DeviceAgent.Fleet.Commands;

/// <summary>The options that say which account, as whom and where; every command has them.</summary>
internal sealed class AccountOptions
{
    private readonly Option<string?> _profile = new("--profile") { Description = "A profile of ~/.aws/config; without it as the AWS CLI finds one.", HelpName = "name" };
    private readonly Option<string?> _region = new("--region") { Description = "The AWS region; without it AWS_REGION, or the profile's.", HelpName = "region" };
    private readonly Option<string?> _endpoint = new("--endpoint-url") { Description = "Asks this address instead of AWS, for every service; AWS_ENDPOINT_URL_... name one for each.", HelpName = "url" };

    /// <summary>A command with them, in which a refusal of AWS is a line and an exit code.</summary>
    public Command Add(Command command, Func<ParseResult, FleetContext, CancellationToken, Task<ExitCode>> run)
    {
        command.Options.Add(_profile);
        command.Options.Add(_region);
        command.Options.Add(_endpoint);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = Screen.Of(parsed.InvocationConfiguration);
            try
            {
                var settings = new AwsSettings(parsed.GetValue(_profile), parsed.GetValue(_region), parsed.GetValue(_endpoint), Environment.GetEnvironmentVariable);
                using var client = new AwsClient(settings, TimeProvider.System, Chance.Random);
                return (int)await run(parsed, new FleetContext(client, screen, TimeProvider.System), cancellationToken).ConfigureAwait(false);
            }
            catch (AwsException e)
            {
                await screen.Error.WriteLineAsync($"device-fleet: {PrintableText.Whole(e.Message)}").ConfigureAwait(false);
                return (int)ExitCode.Unavailable;
            }
            catch (UsageException e)
            {
                await screen.Error.WriteLineAsync($"device-fleet: {PrintableText.Whole(e.Message)}").ConfigureAwait(false);
                return (int)ExitCode.Usage;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return (int)ExitCode.NotOver;
            }
        });
        return command;
    }
}

/// <summary>What a command works with.</summary>
internal sealed class FleetContext(AwsClient client, Screen screen, TimeProvider time)
{
    public Screen Screen => screen;

    public TimeProvider Time => time;

    public IotRegistry Registry { get; } = new(client);

    public IotJobs Jobs { get; } = new(client);

    public DeviceShadows Shadows { get; } = new(client);

    public ThingStates States { get; } = new(new DeviceShadows(client));

    public IamQueries Iam { get; } = new(client);

    /// <summary>By AWS's clock.</summary>
    public DateTimeOffset Now => client.Now;

    public string Region => client.Region;
}

/// <summary>The options that name things.</summary>
internal static class Selecting
{
    public static Option<string?> GroupOption() => new("--group", "-g") { Description = "The things of this thing group, and of the groups in it.", HelpName = "group" };

    public static Option<string[]> ThingsOption() => new("--things") { Description = "These things, with commas between.", HelpName = "names" };

    /// <summary>What is between commas, or in several options.</summary>
    public static IReadOnlyList<string> Names(string[]? values) => [.. (values ?? []).SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>An operator without the right to look is believed.</summary>
    /// <exception cref="UsageException">There is no such role alias.</exception>
    public static async Task MustBeAliasAsync(FleetContext fleet, string alias, CancellationToken cancellationToken)
    {
        try
        {
            if (alias.Length > 0 && await fleet.Registry.RoleAliasAsync(alias, cancellationToken).ConfigureAwait(false) is not null) return;
            throw new UsageException($"There is no role alias '{alias}' in {fleet.Region}{Settings.Spelling.Hint(alias, await fleet.Registry.RoleAliasesAsync(cancellationToken).ConfigureAwait(false))}");
        }
        catch (AwsException e) when (e.IsDenied)
        {
            // The devices find out.
        }
    }

    /// <exception cref="UsageException">Both or none are named.</exception>
    public static void MustBeOne(string? group, IReadOnlyList<string> things)
    {
        if (group is null == (things.Count == 0)) throw new UsageException("Say which things: either --group GROUP or --things A,B,...");
    }
}

/// <summary>The command line is wrong in a way that only the command knows.</summary>
internal sealed class UsageException : Exception
{
    public UsageException()
    {
    }

    public UsageException(string message) : base(message)
    {
    }

    public UsageException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

internal static class Chance
{
#pragma warning disable RS0030 // The one place where chance comes from.
    public static Random Random { get; } = new();
#pragma warning restore RS0030
}
