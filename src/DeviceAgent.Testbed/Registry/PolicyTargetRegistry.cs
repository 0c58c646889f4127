namespace DeviceAgent.Testbed.Registry;

/// <summary>Which policies are attached to which certificates.</summary>
internal sealed class PolicyTargetRegistry(RegistryTables tables)
{
    private const int PoliciesPerCertificate = 10;

    public void Attach(string policyName, string certificateId)
    {
        lock (tables.Gate)
        {
            RequirePolicy(policyName);
            RequireCertificate(certificateId);
            var attachment = new PolicyAttachment(policyName, certificateId);
            if (tables.PolicyAttachments.Find(attachment.Id) is not null) return;
            if (tables.PolicyAttachments.All.Count(a => a.CertificateId == certificateId) >= PoliciesPerCertificate)
                throw RegistryException.LimitExceeded($"A certificate has at most {PoliciesPerCertificate} policies (target={DeviceCertificateRecord.ArnOf(certificateId)})");
            tables.PolicyAttachments.Put(attachment.Id, attachment);
        }
    }

    /// <summary>Detaching what is not attached changes nothing.</summary>
    public void Detach(string policyName, string certificateId) =>
        tables.PolicyAttachments.Delete(PolicyAttachment.IdOf(NameRules.PolicyName(policyName), certificateId));

    public IReadOnlyList<IotPolicy> PoliciesOf(string certificateId)
    {
        lock (tables.Gate)
        {
            RequireCertificate(certificateId);
            return [.. tables.PolicyAttachments.All.Where(a => a.CertificateId == certificateId).Select(a => tables.Policies.Find(a.PolicyName)).OfType<IotPolicy>()];
        }
    }

    /// <summary>Certificate ids.</summary>
    public IReadOnlyList<string> TargetsOf(string policyName)
    {
        lock (tables.Gate)
        {
            RequirePolicy(policyName);
            return [.. tables.PolicyAttachments.All.Where(a => a.PolicyName == policyName).Select(a => a.CertificateId)];
        }
    }

    private void RequirePolicy(string name)
    {
        if (tables.Policies.Find(NameRules.PolicyName(name)) is null) throw RegistryException.NotFound($"Policy not found (name={name})");
    }

    private void RequireCertificate(string id)
    {
        if (tables.Certificates.Find(id) is null) throw RegistryException.NotFound($"The target does not exist: {DeviceCertificateRecord.ArnOf(id)}");
    }
}

/// <summary>A policy attached to a certificate.</summary>
internal sealed record PolicyAttachment(string PolicyName, string CertificateId)
{
    public string Id => IdOf(PolicyName, CertificateId);

    public static string IdOf(string policyName, string certificateId) => $"{policyName}/{certificateId}";
}
