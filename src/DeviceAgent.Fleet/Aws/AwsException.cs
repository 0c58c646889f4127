namespace DeviceAgent.Fleet.Aws;

/// <summary>AWS refused a request, or could not be reached. The message names the operation and, where there is one, the remedy.</summary>
internal sealed class AwsException : Exception
{
    public AwsException()
    {
    }

    public AwsException(string message) : base(message)
    {
    }

    public AwsException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public AwsException(string operation, int status, string code, string message) : base($"{operation}: {code}{(message.Length > 0 ? $": {message}" : "")}")
        => (Status, Code, Reason) = (status, code, message);

    /// <summary>Of HTTP; 0 when there was no answer.</summary>
    public int Status { get; }

    /// <summary>As AWS names it, e.g. <c>ResourceNotFoundException</c>.</summary>
    public string Code { get; } = "";

    /// <summary>AWS's own words.</summary>
    public string Reason { get; } = "";

    public bool IsNotFound => Code is "ResourceNotFoundException" or "NoSuchEntity";

    public bool IsConflict => Code is "ResourceAlreadyExistsException" or "ConflictException" or "InvalidStateTransitionException";

    /// <summary>The operator's own rights do not cover it.</summary>
    public bool IsDenied => Code is "AccessDeniedException" or "AccessDenied" or "UnauthorizedException" or "ForbiddenException" or "NotAuthorizedException" || Status == 403;
}
