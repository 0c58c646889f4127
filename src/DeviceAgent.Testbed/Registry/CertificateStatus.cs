namespace DeviceAgent.Testbed.Registry;

/// <summary>The states of a certificate, spelt as the API spells them.</summary>
internal static class CertificateStatus
{
    public const string Active = "ACTIVE";

    public const string Inactive = "INACTIVE";

    public const string Revoked = "REVOKED";

    /// <summary>Made for a device that has not registered its thing yet; good for nothing until then.</summary>
    public const string PendingActivation = "PENDING_ACTIVATION";

    /// <summary>What a caller may ask for. The other states belong to transfers and to just-in-time registration.</summary>
    public static IReadOnlyList<string> Settable { get; } = [Active, Inactive, Revoked];
}
