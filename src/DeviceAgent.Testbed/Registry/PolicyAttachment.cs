namespace DeviceAgent.Testbed.Registry;

/// <summary>A policy attached to a certificate.</summary>
internal sealed record PolicyAttachment(string PolicyName, string CertificateId)
{
    public string Id => IdOf(PolicyName, CertificateId);

    public static string IdOf(string policyName, string certificateId) => $"{policyName}/{certificateId}";
}
