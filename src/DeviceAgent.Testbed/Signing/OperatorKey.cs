using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The long-term key of the one user of the account, who may do everything.</summary>
internal sealed record OperatorKey(string AccessKeyId, string SecretAccessKey)
{
    public Caller Caller { get; } = new(
        AccessKeyId, CloudAccount.GlobalArn("iam", "user/operator"), "AIDAOPERATOR00000001", RoleName: null, new Dictionary<string, string>());

    public override string ToString() => $"OperatorKey {{ {AccessKeyId} }}";
}
