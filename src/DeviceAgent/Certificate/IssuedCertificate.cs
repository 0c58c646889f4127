namespace DeviceAgent.Certificate;

/// <summary>The answer to a certificate signing request.</summary>
/// <param name="Id">AWS IoT's id of the certificate.</param>
/// <param name="Pem">The certificate.</param>
/// <param name="OwnershipToken">Good for one hour; whoever has it may register the certificate.</param>
internal sealed record IssuedCertificate(string Id, string Pem, string OwnershipToken)
{
    public override string ToString() => $"certificate {Id}";
}
