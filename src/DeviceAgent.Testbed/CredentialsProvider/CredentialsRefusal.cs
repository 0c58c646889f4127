namespace DeviceAgent.Testbed.CredentialsProvider;

/// <summary>An answer without credentials, in the words of the service.</summary>
internal sealed record CredentialsRefusal(int StatusCode, string ErrorType, string Message, int? RetryAfterSeconds = null)
{
    public static CredentialsRefusal CertificateInvalid { get; } = new(403, "AccessDeniedException", "Certificate is invalid on this endpoint");

    public static CredentialsRefusal InvalidThingName { get; } = new(403, "AccessDeniedException", "Invalid thing name passed");

    public static CredentialsRefusal AccessDenied { get; } = new(403, "AccessDeniedException", "Access Denied");

    public static CredentialsRefusal NoSuchAlias { get; } = new(404, "ResourceNotFoundException", "Role alias does not exist");

    public static CredentialsRefusal CannotAssumeRole { get; } =
        new(400, "InvalidRequestException", "Unable to assume the role, or the role to assume does not exist");

    public static CredentialsRefusal DurationTooLong { get; } =
        new(400, "InvalidRequestException", "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the role");

    public static CredentialsRefusal Throttled { get; } = new(429, "ThrottlingException", "Rate exceeded", RetryAfterSeconds: 1);

    public static CredentialsRefusal NoSuchPath(string path) =>
        new(404, "UnknownOperationException", $"There is nothing at {path}: credentials are at /role-aliases/<alias>/credentials");

    public static CredentialsRefusal NoSuchMethod(string method) =>
        new(405, "MethodNotAllowedException", $"{method} is not possible: credentials are asked for with GET");

    /// <summary>What the service itself says with a status.</summary>
    public static CredentialsRefusal ForStatus(int status) => status switch
    {
        403 => AccessDenied,
        404 => NoSuchAlias,
        429 => Throttled with { RetryAfterSeconds = null },
        503 => new(503, "ServiceUnavailableException", "Service is temporarily unavailable"),
        >= 500 => new(status, "InternalFailureException", "An unexpected error has occurred"),
        _ => CannotAssumeRole with { StatusCode = status },
    };
}
