namespace DeviceAgent.Testbed.Shadow;

/// <summary>A refusal in the words of the service. The code is the <c>code</c> of a <c>rejected</c> message and the HTTP status.</summary>
internal sealed class ShadowException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;

    /// <summary>The name of the error over HTTP.</summary>
    public string Type => Code switch
    {
        400 => "InvalidRequestException",
        404 => "ResourceNotFoundException",
        409 => "ConflictException",
        413 => "RequestEntityTooLargeException",
        415 => "UnsupportedDocumentEncodingException",
        _ => throw new InvalidOperationException($"No error type for {Code}."),
    };

    public static ShadowException Invalid(string message) => new(400, message);

    public static ShadowException InvalidNode(string key) => new(400, $"State contains an invalid node: '{key}'");

    /// <summary>The text names the classic shadow by its thing.</summary>
    public static ShadowException NotFound(ShadowKey key) => new(404, $"No shadow exists with name: '{key.Name ?? key.Thing}'");

    public static ShadowException VersionConflict() => new(409, "Version conflict");

    public static ShadowException TooLarge() => new(413, "The payload exceeds the maximum size allowed");

    public static ShadowException Encoding() => new(415, "Unsupported documented encoding; supported encoding is UTF-8");
}
