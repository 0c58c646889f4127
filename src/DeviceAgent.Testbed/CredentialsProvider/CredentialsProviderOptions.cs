namespace DeviceAgent.Testbed.CredentialsProvider;

internal sealed record CredentialsProviderOptions
{
    /// <summary>How long credentials live, whatever the role alias says; null goes by the role alias. A few seconds are allowed.</summary>
    public TimeSpan? CredentialLifetime { get; init; }
}
