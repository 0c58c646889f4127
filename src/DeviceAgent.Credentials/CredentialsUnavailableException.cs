namespace DeviceAgent.Credentials;

/// <summary>No credentials could be fetched, and none that are valid are held (or a fetch was asked for explicitly).</summary>
public sealed class CredentialsUnavailableException : Exception
{
    /// <summary>Makes the exception from the failure of the last fetch.</summary>
    public CredentialsUnavailableException(CredentialFailure failure)
        : base($"No AWS credentials could be fetched. {failure}") => Failure = failure;

    /// <summary>Why.</summary>
    public CredentialFailure Failure { get; }
}
