namespace DeviceAgent.Credentials;

/// <summary>
/// Where the device's certificate and private key are. Three layouts are understood: a PEM certificate with its key in a
/// file of its own, both in one PEM file (leave <see cref="PrivateKeyPath"/> out), and a PFX (PKCS#12) file.
/// </summary>
public sealed record DeviceIdentityOptions
{
    /// <summary>
    /// The certificate: PEM (the device's own certificate first, intermediates may follow, the key may be in the same
    /// file) or PFX with its key. At most 1 MiB.
    /// </summary>
    public required string CertificatePath { get; init; }

    /// <summary>
    /// The private key in PEM form: PKCS#8 (<c>PRIVATE KEY</c>, <c>ENCRYPTED PRIVATE KEY</c>), PKCS#1
    /// (<c>RSA PRIVATE KEY</c>) or SEC1 (<c>EC PRIVATE KEY</c>). Null: the key is in <see cref="CertificatePath"/>.
    /// </summary>
    public string? PrivateKeyPath { get; init; }

    /// <summary>PEM file with the certificates between the device's and its root, sent along in the TLS handshake.</summary>
    public string? CertificateChainPath { get; init; }

    /// <summary>Password of an encrypted PKCS#8 key or of a PFX file. Null: none.</summary>
    public Secret? PrivateKeyPassword { get; init; }

    /// <summary>
    /// Accepts a private key file that others than its owner may read or write. Off by default: such a file is refused.
    /// </summary>
    public bool AllowInsecureKeyPermissions { get; init; }
}
