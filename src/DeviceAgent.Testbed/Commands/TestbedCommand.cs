using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Testbed.Commands;

/// <summary>The command line of the testbed.</summary>
internal static class TestbedCommand
{
    public static RootCommand Create()
    {
        var defaults = new TestbedOptions();
        var duration = new Option<TimeSpan?>("--duration")
        {
            Description = "Run that long (30s, 5m, 1h), then exit 0 if readings landed in the tables unchanged, 1 if not. Default: until Ctrl-C.",
            HelpName = "TIME",
            CustomParser = ParseDuration,
        };
        var devices = new Option<int>("--devices")
        {
            Description = "How many devices to provision and run, from 0 to 1000.",
            HelpName = "N",
            DefaultValueFactory = _ => defaults.Devices,
        };
        var rate = new Option<double>("--rate")
        {
            Description = "Readings a second of each device, from 0.01 to 100.",
            HelpName = "N",
            DefaultValueFactory = _ => defaults.ReadingsPerSecond,
        };
        var noDevices = new Option<bool>("--no-devices")
        {
            Description = "Start no agents: the cloud side alone. The things and their folders are made all the same.",
        };
        var state = new Option<string?>("--state")
        {
            Description = "Keep the cloud's and the devices' state in this folder; with it a restarted testbed, its devices and their logs go on. Default: a temporary folder.",
            HelpName = "DIR",
        };
        var lifetime = new Option<TimeSpan?>("--credential-lifetime")
        {
            Description = "Lifetime of the credentials, from 3s to 12h, whatever the role alias says. Default: the role alias's (1h).",
            HelpName = "TIME",
            CustomParser = ParseDuration,
        };
        var dynamoDbUrl = new Option<Uri?>("--dynamodb-url")
        {
            Description = "Send DynamoDB requests, once signature and policy are checked, to this DynamoDB implementation instead of the embedded tables.",
            HelpName = "URL",
            CustomParser = ParseUrl,
        };
        var portBase = new Option<int>("--port-base")
        {
            Description = "First of ten loopback ports: +0 credentials provider, +1 DynamoDB, +2 IoT, +3 IAM, +4 STS, +5 IoT data plane of operators, +6 IoT data plane of devices (MQTT, HTTPS), +7 and +8 nothing, +9 page. 0: free ones.",
            HelpName = "PORT",
            DefaultValueFactory = _ => defaults.PortBase,
        };
        devices.Validators.Add(InRange(devices, 0, 1000));
        rate.Validators.Add(result =>
        {
            if (result.GetValue(rate) is not (>= 0.01 and <= 100)) result.AddError("--rate must be between 0.01 and 100.");
        });
        portBase.Validators.Add(InRange(portBase, 0, 65526));
        lifetime.Validators.Add(result =>
        {
            if (result.GetValue(lifetime) is { } value && (value < TimeSpan.FromSeconds(3) || value > TimeSpan.FromHours(12)))
                result.AddError("--credential-lifetime must be between 3s and 12h.");
        });

        var command = new RootCommand("AWS for DeviceAgent on one machine: credentials provider, IoT registry, IAM and DynamoDB on loopback. "
            + "With no options it is the demonstration: it makes certificates, starts a device that uploads recorded room readings, and shows what lands.")
        {
            duration, devices, rate, noDevices, state, lifetime, dynamoDbUrl, portBase,
        };
        command.SetAction((result, cancellationToken) => Demonstration.RunAsync(
            new TestbedOptions
            {
                PortBase = result.GetValue(portBase),
                StateDirectory = result.GetValue(state),
                Devices = result.GetValue(devices),
                ReadingsPerSecond = result.GetValue(rate),
                StartAgents = !result.GetValue(noDevices),
                Duration = result.GetValue(duration),
                CredentialLifetime = result.GetValue(lifetime),
                DynamoDbUrl = result.GetValue(dynamoDbUrl),
            },
            cancellationToken));
        return command;
    }

    private static TimeSpan? ParseDuration(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Duration.TryParse(text, out var duration)) return duration;
        result.AddError($"'{text}' is not a duration: write 30s, 5m or 1h.");
        return null;
    }

    private static Uri? ParseUrl(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        result.AddError($"'{text}' is not a URL: write http://127.0.0.1:8000, for example.");
        return null;
    }

    private static Action<OptionResult> InRange(Option<int> option, int from, int to) => result =>
    {
        var value = result.GetValue(option);
        if (value < from || value > to) result.AddError($"{option.Name} must be between {from} and {to}, not {value}.");
    };
}

/// <summary>Durations as people write them: <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>500ms</c>; a plain number is seconds.</summary>
internal static class Duration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        var (number, unit) = text.Trim() switch
        {
            var t when t.EndsWith("ms", StringComparison.Ordinal) => (t[..^2], TimeSpan.FromMilliseconds(1)),
            var t when t.EndsWith('s') => (t[..^1], TimeSpan.FromSeconds(1)),
            var t when t.EndsWith('m') => (t[..^1], TimeSpan.FromMinutes(1)),
            var t when t.EndsWith('h') => (t[..^1], TimeSpan.FromHours(1)),
            var t => (t, TimeSpan.FromSeconds(1)),
        };
        var valid = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count > 0 && count * unit.TotalSeconds <= TimeSpan.FromDays(365).TotalSeconds;
        duration = valid ? count * unit : default;
        return valid;
    }
}
