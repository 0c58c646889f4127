namespace DeviceAgent.Testbed.Iam;

/// <summary>A refusal of IAM, with the code and the HTTP status that clients get to see.</summary>
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
