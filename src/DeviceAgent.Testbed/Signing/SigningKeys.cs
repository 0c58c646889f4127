using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>The secrets that requests can be signed with: the operator's, and those inside session tokens.</summary>
internal sealed class SigningKeys(SessionTokens tokens, OperatorKey operatorKey)
{
    private static readonly SigV4Failure Unknown = new(SigV4FailureKind.UnknownKey, "The security token included in the request is invalid.");
    private static readonly SigV4Failure Malformed = new(SigV4FailureKind.UnknownKey, "The security token included in the request is invalid");
    private static readonly SigV4Failure Expired = new(SigV4FailureKind.ExpiredToken, "The security token included in the request is expired");

    /// <summary>Null when the key is known and in force; <paramref name="key"/> is set exactly then.</summary>
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
