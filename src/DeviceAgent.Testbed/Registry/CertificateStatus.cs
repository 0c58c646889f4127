namespace DeviceAgent.Testbed.Registry;

/// <summary>The states of a certificate, spelt as the API spells them.</summary>
internal static class CertificateStatus
{
    public const string Active = "ACTIVE";

    public const string Inactive = "INACTIVE";

    public const string Revoked = "REVOKED";

    /// <summary>What a caller may ask for. The other states belong to transfers and to just-in-time registration.</summary>
    public static IReadOnlyList<string> Settable { get; } = [Active, Inactive, Revoked];

    public static IReadOnlyList<string> Known { get; } = [Active, Inactive, Revoked, "PENDING_TRANSFER", "REGISTER_INACTIVE", "PENDING_ACTIVATION"];
}
