namespace DeviceAgent.Testbed.Registry;

/// <summary>DEFAULT certificates hang from a CA that proved itself, SNI_ONLY ones stand for themselves.</summary>
internal static class CertificateMode
{
    public const string Default = "DEFAULT";

    public const string SniOnly = "SNI_ONLY";
}
