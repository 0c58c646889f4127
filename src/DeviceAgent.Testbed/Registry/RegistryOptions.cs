namespace DeviceAgent.Testbed.Registry;

internal sealed record RegistryOptions
{
    public const int MaximumCredentialDurationSeconds = 43200;

    public const int DefaultCredentialDurationSeconds = 3600;

    /// <summary>AWS: 900. Tests and demonstrations, in which credentials are to expire before one's eyes, go lower.</summary>
    public int MinimumCredentialDurationSeconds { get; init; } = 900;
}
