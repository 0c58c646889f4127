namespace DeviceAgent.Testbed.CredentialsProvider;

internal sealed record CredentialsProviderOptions
{
    /// <summary>The endpoint's host name: what a client must send as SNI. The server certificate is made for it.</summary>
    public string HostName { get; init; } = "localhost";

    /// <summary>How long credentials live, whatever the role alias says; null goes by the role alias. A few seconds are allowed.</summary>
    public TimeSpan? CredentialLifetime { get; init; }
}
