using DeviceAgent.Testbed.Broker;

namespace DeviceAgent.Testbed;

/// <summary>What the command line of the testbed can ask for.</summary>
internal sealed record TestbedOptions
{
    /// <summary>The first of ten consecutive loopback ports (see <see cref="Hosting.Listener"/>); 0 lets the system choose each.</summary>
    public int PortBase { get; init; } = 8440;

    /// <summary>Where the cloud's state and the devices' folders live; null makes a temporary folder, removed at the end.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>How many things to provision: thermostat-01, thermostat-02, ... 0 to 1000.</summary>
    public int Devices { get; init; } = 1;

    /// <summary>How many readings a second each device makes.</summary>
    public double ReadingsPerSecond { get; init; } = 10;

    /// <summary>Whether to start an agent for each thing.</summary>
    public bool StartAgents { get; init; } = true;

    /// <summary>How long to run; null runs until Ctrl-C.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Overrides every role alias's duration, down to one second; null keeps AWS's rules (900 to 43200 s).</summary>
    public TimeSpan? CredentialLifetime { get; init; }

    /// <summary>Another DynamoDB implementation that gets the requests once they are checked; null uses the embedded tables.</summary>
    public Uri? DynamoDbUrl { get; init; }

    /// <summary>The quotas of the broker; not on the command line.</summary>
    public BrokerLimits BrokerLimits { get; init; } = new();
}

/// <summary>The one account and region that the testbed plays.</summary>
internal static class CloudAccount
{
    public const string AccountId = "123456789012";

    public const string Region = "us-east-1";

    /// <summary>An ARN in this account and region, e.g. <c>arn:aws:iot:us-east-1:123456789012:thing/boiler-07</c>.</summary>
    public static string Arn(string service, string resource) => $"arn:aws:{service}:{Region}:{AccountId}:{resource}";

    /// <summary>An ARN of a global service, e.g. <c>arn:aws:iam::123456789012:role/ddb-access</c>.</summary>
    public static string GlobalArn(string service, string resource) => $"arn:aws:{service}::{AccountId}:{resource}";
}
