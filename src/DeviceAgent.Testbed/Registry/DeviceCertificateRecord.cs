namespace DeviceAgent.Testbed.Registry;

/// <summary>A device certificate as the registry knows it.</summary>
/// <param name="CaCertificateId">The registered CA that signed it; null when the service made it or none was needed.</param>
internal sealed record DeviceCertificateRecord(
    string Id, string Pem, string Status, string Mode, string? CaCertificateId,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset Created, DateTimeOffset Modified, int CustomerVersion)
{
    public string Arn => ArnOf(Id);

    public static string ArnOf(string id) => CloudAccount.Arn("iot", $"cert/{id}");
}
