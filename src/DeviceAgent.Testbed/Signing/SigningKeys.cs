using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The secrets that requests can be signed with: the operator's, and those inside session tokens.</summary>
internal sealed class SigningKeys(SessionTokens tokens, OperatorKey operatorKey)
{
    private static readonly SigV4Failure Unknown = new(SigV4FailureKind.UnknownKey, "The security token included in the request is invalid.");
    private static readonly SigV4Failure Malformed = new(SigV4FailureKind.UnknownKey, "The security token included in the request is invalid");
    private static readonly SigV4Failure Expired = new(SigV4FailureKind.ExpiredToken, "The security token included in the request is expired");

    /// <summary>Null when the key is known and active; <paramref name="key"/> is set exactly then.</summary>
    public SigV4Failure? Find(string accessKeyId, string? sessionToken, DateTimeOffset now, out (Caller Caller, string Secret)? key)
    {
        key = null;
        if (sessionToken is null)
        {
            if (accessKeyId != operatorKey.AccessKeyId) return Unknown;
            key = (operatorKey.Caller, operatorKey.SecretAccessKey);
            return null;
        }

        if (!SessionTokens.HasTokenForm(sessionToken)) return Malformed;
        if (tokens.Open(sessionToken) is not { } token || token.AccessKeyId != accessKeyId) return Unknown;
        if (token.Session.Expiration <= now) return Expired;
        key = (ToCaller(token), token.SecretAccessKey);
        return null;
    }

    /// <summary>To policies the principal of a session is its role.</summary>
    private static Caller ToCaller(OpenedToken token)
    {
        var session = token.Session;
        var contextKeys = new Dictionary<string, string>(session.ContextKeys, StringComparer.OrdinalIgnoreCase) { ["aws:PrincipalArn"] = session.RoleArn };
        return new Caller(token.AccessKeyId, session.AssumedRoleArn, session.UserId, session.RoleName, contextKeys);
    }
}

/// <summary>The long-term key of the one user of the account, who may do everything.</summary>
internal sealed record OperatorKey(string AccessKeyId, string SecretAccessKey)
{
    public Caller Caller { get; } = new(
        AccessKeyId, CloudAccount.GlobalArn("iam", "user/operator"), "AIDAOPERATOR00000001", RoleName: null, new Dictionary<string, string>());

    public override string ToString() => $"OperatorKey {{ {AccessKeyId} }}";
}

/// <summary>Temporary credentials as they are handed out once; the testbed keeps no copy.</summary>
internal sealed record IssuedCredentials(string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset Expiration)
{
    public override string ToString() => $"IssuedCredentials {{ {AccessKeyId}, until {Expiration:O} }}";
}

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
