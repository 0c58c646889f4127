using System.Text.Json.Nodes;

namespace DeviceAgent.Testbed.Registry;

/// <summary>A certificate authority that an operator registered.</summary>
internal sealed record CaCertificateRecord(
    string Id, string Pem, string Status, string Mode, bool AutoRegistration, JsonObject? RegistrationConfig,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset Created, DateTimeOffset Modified, int CustomerVersion)
{
    public string Arn => CloudAccount.Arn("iot", $"cacert/{Id}");
}
