using System.Text.Json.Serialization;

namespace DeviceAgent.Testbed.Faults;

/// <summary>Everything that can be set wrong in the cloud, and the switches for what AWS's sources disagree about.</summary>
/// <param name="Credentials">What the credentials provider does wrong; null is nothing.</param>
/// <param name="UnregisteredCertificate">What a certificate meets there that is not registered and active.</param>
/// <param name="ThingVariables">Whether IoT policies there see <c>iot:Connection.Thing.*</c>.</param>
/// <param name="CredentialsQuota">Requests a second that it answers for the whole account.</param>
/// <param name="ClockSkewSeconds">How far the cloud's clock is ahead of this machine's; negative is behind.</param>
/// <param name="DynamoDb">What DynamoDB does wrong; null is nothing.</param>
internal sealed record FaultSettings(
    CredentialsFault? Credentials = null,
    UnregisteredCertificate UnregisteredCertificate = UnregisteredCertificate.Forbidden,
    bool ThingVariables = true,
    int CredentialsQuota = 50,
    int ClockSkewSeconds = 0,
    DynamoDbFaults? DynamoDb = null)
{
    public DynamoDbFaults DynamoDb { get; init; } = DynamoDb ?? new();

    [JsonIgnore]
    public TimeSpan ClockSkew => TimeSpan.FromSeconds(ClockSkewSeconds);
}
