namespace DeviceAgent.Testbed.Registry;

internal sealed record IotPolicy(string Name, IReadOnlyList<IotPolicyVersion> Versions, string DefaultVersionId, int LastVersion, DateTimeOffset Created, DateTimeOffset Modified)
{
    public string Arn => CloudAccount.Arn("iot", $"policy/{Name}");

    public IotPolicyVersion Default => Versions.Single(v => v.Id == DefaultVersionId);
}
