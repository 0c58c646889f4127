namespace DeviceAgent.Certificate;

/// <summary>Why there is no new certificate. Programs rely on these: docs/identity.md lists them.</summary>
internal static class ProvisioningCode
{
    /// <summary>Certificate and key are kept in a form that the agent cannot exchange.</summary>
    public const string LayoutNotSupported = "layoutNotSupported";

    /// <summary>The key in hardware does not sign.</summary>
    public const string KeyUnusable = "keyUnusable";

    /// <summary>AWS IoT did not issue one.</summary>
    public const string CertificateRefused = "certificateRefused";

    /// <summary>The template did not register it.</summary>
    public const string RegistrationRefused = "registrationRefused";

    /// <summary>The IoT policy does not allow the requests.</summary>
    public const string NotAllowed = "notAllowed";

    /// <summary>No answer.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The template bound it to another thing.</summary>
    public const string OtherThing = "otherThing";

    /// <summary>AWS IoT's message broker does not take it.</summary>
    public const string ConnectionRefused = "connectionRefused";

    /// <summary>The files cannot be written.</summary>
    public const string FilesNotWritten = "filesNotWritten";
}
