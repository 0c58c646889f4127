namespace DeviceAgent.Testbed.Signing;

/// <summary>An assumed role, as a session token carries it.</summary>
/// <param name="RoleName">The role's name without its path.</param>
/// <param name="RoleArn">The role's ARN.</param>
/// <param name="RoleId">The role's unique id, <c>AROA...</c>.</param>
/// <param name="SessionName">The session's name; from the credentials provider it is the certificate id.</param>
/// <param name="Expiration">End of the session; whole seconds count.</param>
/// <param name="ContextKeys">What the session carries into policies, e.g. <c>credentials-iot:ThingName</c>.</param>
internal sealed record RoleSession(
    string RoleName,
    string RoleArn,
    string RoleId,
    string SessionName,
    DateTimeOffset Expiration,
    IReadOnlyDictionary<string, string> ContextKeys)
{
    public string AssumedRoleArn => CloudAccount.GlobalArn("sts", $"assumed-role/{RoleName}/{SessionName}");

    public string UserId => $"{RoleId}:{SessionName}";
}
