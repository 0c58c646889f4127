namespace DeviceAgent.Testbed.Signing;

/// <summary>What a genuine session token holds.</summary>
internal sealed record OpenedToken(RoleSession Session, string AccessKeyId, string SecretAccessKey)
{
    public override string ToString() => $"OpenedToken {{ {AccessKeyId}, {Session.AssumedRoleArn} }}";
}
