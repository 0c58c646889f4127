namespace DeviceAgent.Credentials;

/// <summary>What came of one request to the credentials provider: either <see cref="Success"/> or <see cref="Failure"/>.</summary>
public abstract record FetchResult
{
    private FetchResult()
    {
    }

    /// <summary>The provider issued credentials.</summary>
    /// <param name="Credentials">The credentials.</param>
    public sealed record Success(TemporaryCredentials Credentials) : FetchResult;

    /// <summary>It did not.</summary>
    /// <param name="Reason">What happened, why, and what to do about it.</param>
    public sealed record Failure(CredentialFailure Reason) : FetchResult;
}
