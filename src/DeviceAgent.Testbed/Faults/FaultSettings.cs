using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Faults;

/// <summary>Everything that can be set wrong in the cloud, and the switches for what AWS's sources disagree about.</summary>
internal sealed record FaultSettings
{
    /// <summary>What the credentials provider does wrong; null is nothing.</summary>
    public CredentialsFault? Credentials { get; init; }

    public UnregisteredCertificate UnregisteredCertificate { get; init; }

    /// <summary>Whether IoT policies at the credentials provider see <c>iot:Connection.Thing.*</c>.</summary>
    public bool ThingVariables { get; init; } = true;

    /// <summary>Requests a second that the credentials provider answers for the whole account.</summary>
    public int CredentialsQuota { get; init; } = 50;

    /// <summary>How far the cloud's clock is ahead of this machine's; negative is behind.</summary>
    public int ClockSkewSeconds { get; init; }

    public DynamoDbFaults DynamoDb { get; init; } = new();

    [JsonIgnore]
    public TimeSpan ClockSkew => TimeSpan.FromSeconds(ClockSkewSeconds);
}
