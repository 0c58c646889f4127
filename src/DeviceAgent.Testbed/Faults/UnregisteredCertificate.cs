namespace DeviceAgent.Testbed.Faults;

/// <summary>What a certificate that is not registered and active meets at the credentials provider; nobody has measured which of the two AWS does.</summary>
internal enum UnregisteredCertificate
{
    /// <summary>403 with <c>Certificate is invalid on this endpoint</c>.</summary>
    Forbidden,

    /// <summary>The TLS handshake fails.</summary>
    Tls,
}
