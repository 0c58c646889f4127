namespace DeviceAgent.Testbed.Signing;

/// <summary>Judges AWS Signature Version 4 as the services do: same order of checks, same texts.</summary>
internal sealed class SigV4Verifier(SessionTokens tokens, OperatorKey operatorKey, SigV4Options options, TimeProvider time)
{
    /// <summary>Never throws; what is wrong with the request is in the result.</summary>
    public SigV4Result Verify(RawRequest request, IReadOnlySet<string> allowedServiceNames)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(allowedServiceNames);
        _ = (tokens, operatorKey, options, time);
        return SigV4Result.Bad(SigV4FailureKind.MissingAuthentication, "Request is missing Authentication Token");
    }
}
