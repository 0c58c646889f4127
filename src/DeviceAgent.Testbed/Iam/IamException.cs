namespace DeviceAgent.Testbed.Iam;

/// <summary>An error of IAM, with its code and HTTP status.</summary>
internal sealed class IamException(string code, int status, string message) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    public static IamException NoSuchEntity(string message) => new("NoSuchEntity", 404, message);

    public static IamException EntityAlreadyExists(string message) => new("EntityAlreadyExists", 409, message);

    public static IamException DeleteConflict(string message) => new("DeleteConflict", 409, message);

    public static IamException LimitExceeded(string message) => new("LimitExceeded", 409, message);

    public static IamException MalformedPolicyDocument(string message) => new("MalformedPolicyDocument", 400, message);

    public static IamException ValidationError(string message) => new("ValidationError", 400, message);

    public static IamException AccessDenied(string message) => new("AccessDenied", 403, message);
}

/// <summary>The text of AWS for a request that is valid but not allowed.</summary>
internal static class AccessDenied
{
    public static string Message(Caller caller, string action, string resource, PolicyDecision decision)
    {
        var reason = decision == PolicyDecision.ExplicitDeny
            ? "with an explicit deny in an identity-based policy"
            : $"because no identity-based policy allows the {action} action";
        return $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource} {reason}";
    }
}
