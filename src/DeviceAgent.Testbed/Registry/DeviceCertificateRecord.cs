namespace DeviceAgent.Testbed.Registry;

/// <summary>A device certificate as the registry knows it. It has a <c>CaCertificateId</c> when a registered CA signed it.</summary>
internal sealed record DeviceCertificateRecord(
    string Id, string Pem, string Status, string Mode, string? CaCertificateId,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter, DateTimeOffset Created, DateTimeOffset Modified, int CustomerVersion)
{
    public string Arn => ArnOf(Id);

    public static string ArnOf(string id) => CloudAccount.Arn("iot", $"cert/{id}");
}
