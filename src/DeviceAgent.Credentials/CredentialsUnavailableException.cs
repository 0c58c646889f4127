namespace DeviceAgent.Credentials;

/// <summary>No valid credentials are held and none could be fetched.</summary>
public sealed class CredentialsUnavailableException : Exception
{
    /// <summary>Makes the exception from the failure of the last fetch.</summary>
    public CredentialsUnavailableException(CredentialFailure failure)
        : base($"No valid AWS credentials. {failure}") => Failure = failure;

    /// <summary>Why.</summary>
    public CredentialFailure Failure { get; }
}
