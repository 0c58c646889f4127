namespace DeviceAgent.Testbed.Registry;

/// <summary>An error answer of the API: type, status code and message.</summary>
internal class RegistryException(string type, int statusCode, string message) : Exception(message)
{
    public string Type { get; } = type;

    public int StatusCode { get; } = statusCode;

    /// <summary>Only with ResourceAlreadyExistsException.</summary>
    public string? ResourceId { get; private init; }

    /// <summary>Only with ResourceAlreadyExistsException.</summary>
    public string? ResourceArn { get; private init; }

    public static RegistryException InvalidRequest(string message) => new("InvalidRequestException", 400, message);

    public static RegistryException MalformedPolicy(string message) => new("MalformedPolicyException", 400, message);

    public static RegistryException CertificateValidation(string message) => new("CertificateValidationException", 400, message);

    public static RegistryException RegistrationCodeValidation(string message) => new("RegistrationCodeValidationException", 400, message);

    public static RegistryException NotFound(string message) => new("ResourceNotFoundException", 404, message);

    public static RegistryException CertificateState(string message) => new("CertificateStateException", 406, message);

    public static RegistryException DeleteConflict(string message) => new("DeleteConflictException", 409, message);

    public static RegistryException VersionConflict(string message) => new("VersionConflictException", 409, message);

    public static RegistryException VersionsLimitExceeded(string message) => new("VersionsLimitExceededException", 409, message);

    public static RegistryException LimitExceeded(string message) => new("LimitExceededException", 410, message);

    public static RegistryException AlreadyExists(string message, string resourceId, string resourceArn) =>
        new("ResourceAlreadyExistsException", 409, message) { ResourceId = resourceId, ResourceArn = resourceArn };
}
