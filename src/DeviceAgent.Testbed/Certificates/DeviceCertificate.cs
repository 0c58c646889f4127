namespace DeviceAgent.Testbed.Certificates;

/// <summary>A new device certificate with its keys, all as PEM. The private key is nowhere else.</summary>
internal sealed record DeviceCertificate(string CertificatePem, string PublicKeyPem, string PrivateKeyPem)
{
    public override string ToString() => "DeviceCertificate(***)";
}
