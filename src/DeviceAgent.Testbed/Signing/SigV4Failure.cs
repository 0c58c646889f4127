namespace DeviceAgent.Testbed.Signing;

/// <summary>A refusal; the names are without a namespace.</summary>
internal sealed record SigV4Failure(SigV4FailureKind Kind, string Message)
{
    /// <summary>The name in the JSON protocols.</summary>
    public string Type => Kind switch
    {
        SigV4FailureKind.MissingAuthentication => "MissingAuthenticationTokenException",
        SigV4FailureKind.IncompleteSignature => "IncompleteSignatureException",
        SigV4FailureKind.UnknownKey => "UnrecognizedClientException",
        SigV4FailureKind.ExpiredToken => "ExpiredTokenException",
        _ => "InvalidSignatureException",
    };

    /// <summary>The code in the Query protocol.</summary>
    public string QueryCode => Kind switch
    {
        SigV4FailureKind.MissingAuthentication => "MissingAuthenticationToken",
        SigV4FailureKind.IncompleteSignature => "IncompleteSignature",
        SigV4FailureKind.UnknownKey => "InvalidClientTokenId",
        SigV4FailureKind.ExpiredToken => "ExpiredToken",
        SigV4FailureKind.RequestExpired => "RequestExpired",
        _ => "SignatureDoesNotMatch",
    };
}
