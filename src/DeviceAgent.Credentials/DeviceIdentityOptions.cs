using System.Text;
using DeviceAgent.Credentials.Identity.Hardware;

namespace DeviceAgent.Credentials;

/// <summary>
/// Where the device's certificate and private key are: a certificate with its key in a file of its own (PEM or DER), both in one PEM file (leave
/// <see cref="PrivateKeyPath"/> out), a PFX (PKCS#12) file, or keys in a hardware module (<c>pkcs11:</c> URIs).
/// </summary>
public sealed record DeviceIdentityOptions
{
    /// <summary>
    /// The certificate: PEM (the device's own certificate first, intermediates may follow, the key may be in the same
    /// file), DER, or PFX with its key. At most 1 MiB. Or a <c>pkcs11:</c> URI, when it is kept beside its key in a hardware module.
    /// </summary>
    public required string CertificatePath { get; init; }

    /// <summary>
    /// The private key, EC or RSA, in PEM or DER form: PKCS#8 (<c>PRIVATE KEY</c>, <c>ENCRYPTED PRIVATE KEY</c>), PKCS#1 (<c>RSA PRIVATE KEY</c>)
    /// or SEC1 (<c>EC PRIVATE KEY</c>); of PEM also what is encrypted in the traditional way (<c>Proc-Type: 4,ENCRYPTED</c>). Or a <c>pkcs11:</c> URI (RFC 7512) of a key in a hardware module, used
    /// through OpenSSL's engine; its PIN comes from the URI or from <see cref="PrivateKeyPassword"/>. Null: the key is where
    /// <see cref="CertificatePath"/> says.
    /// </summary>
    public string? PrivateKeyPath { get; init; }

    /// <summary>PEM or DER file with the certificates between the device's and its root, sent along in the TLS handshake.</summary>
    public string? CertificateChainPath { get; init; }

    /// <summary>Password of an encrypted key or of a PFX file, or PIN of a hardware module. Null: none.</summary>
    public Secret? PrivateKeyPassword { get; init; }

    /// <summary>
    /// Accepts a private key file that others than its owner may read or write. Off by default: such a file is refused.
    /// </summary>
    public bool AllowInsecureKeyPermissions { get; init; }

    /// <summary>A path as it may be shown: of a <c>pkcs11:</c> URI only what names the object, since the rest may hold a PIN.</summary>
    public static string Shown(string path) => Pkcs11Uri.IsOne(path) ? Pkcs11Uri.Parse(path).Name : path;

    private bool PrintMembers(StringBuilder text)
    {
        text.Append($"CertificatePath = {Shown(CertificatePath)}, PrivateKeyPath = {(PrivateKeyPath is null ? "" : Shown(PrivateKeyPath))}, ");
        text.Append($"CertificateChainPath = {CertificateChainPath}, PrivateKeyPassword = {PrivateKeyPassword}, ");
        text.Append($"AllowInsecureKeyPermissions = {AllowInsecureKeyPermissions}");
        return true;
    }
}
