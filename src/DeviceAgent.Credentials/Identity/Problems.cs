namespace DeviceAgent.Credentials.Identity;

/// <summary>The words for everything that can be wrong with an identity.</summary>
internal static class Problems
{
    public static DeviceIdentityProblem FileMissing(string path) =>
        new(path, "the file does not exist", "Put it there or correct the path in the configuration.");

    public static DeviceIdentityProblem FileUnreadable(string path, string reason) => new(
        path,
        $"the file cannot be read ({reason})",
        $"Let the user that runs this program own it: sudo chown {Owner} {Shell(path)}");

    /// <summary>Who runs this program, not who reads the message: $USER would be the one that calls sudo.</summary>
    private static string Owner => Environment.UserName is { Length: > 0 } name ? Shell(name) : "USER";

    public static DeviceIdentityProblem FileTooLarge(string path, long bytes) =>
        new(path, $"the file has {bytes} bytes, a certificate or key never has more than 1 MiB", "Correct the path in the configuration.");

    public static DeviceIdentityProblem NotAFile(string path, string what) =>
        new(path, what, "Correct the path in the configuration, or put a file there.");

    /// <param name="path">The file.</param>
    /// <param name="found">What it holds in truth; null: nothing that is known.</param>
    public static DeviceIdentityProblem CertificateNotRecognised(string path, FoundForm? found) => new(
        path,
        $"the file is neither a PEM nor a DER certificate, nor a PFX file{Named(found)}",
        found?.Remedy ?? "A PEM file has a line -----BEGIN CERTIFICATE-----; download or issue the certificate again.");

    /// <param name="path">The file.</param>
    /// <param name="found">The blocks that it has.</param>
    public static DeviceIdentityProblem NoCertificate(string path, IReadOnlyList<PemBlock> found) => new(
        path,
        $"the PEM file holds no certificate{Listed(found)}",
        found.Any(b => b.Label.EndsWith("CERTIFICATE REQUEST", StringComparison.Ordinal))
            ? "A certificate request goes to the authority; the certificate that comes back belongs here."
            : "It needs a block -----BEGIN CERTIFICATE-----; perhaps key and certificate paths are swapped.");

    public static DeviceIdentityProblem PemDamaged(string path, PemFault fault) => new(path, $"the PEM file is damaged: {fault.What}", "Copy or download it again.");

    public static DeviceIdentityProblem Pkcs7WithoutCertificate(string path) => new(
        path, "the PKCS#7 structure holds no certificate", $"See what is in it: openssl pkcs7 -print_certs -in {Shell(path)}");

    public static DeviceIdentityProblem CertificateDamaged(string path, int index, string reason) =>
        new(path, $"certificate {index} in the file is damaged ({reason})", "Copy or download it again.");

    public static DeviceIdentityProblem PfxDamaged(string path, string reason) =>
        new(path, $"the PFX file is damaged, or in a form that is not read ({reason})", $"Copy or export it again. See what is in it: openssl pkcs12 -info -noout -in {Shell(path)}");

    public static DeviceIdentityProblem KeyBesidePfx(string keyPath, string pfxPath) => new(
        keyPath,
        $"a private key is configured although {pfxPath} is a PFX file, which holds its own",
        "Remove the private key path from the configuration.");

    public static DeviceIdentityProblem KeyNotRecognised(string path, FoundForm? found) => new(
        path,
        $"the file is neither a PEM nor a DER private key{Named(found)}",
        found?.Remedy ?? "A PEM file has a line -----BEGIN PRIVATE KEY----- or the like; a PFX file belongs into the certificate path, with no private key path.");

    /// <param name="path">The file.</param>
    /// <param name="found">The blocks that it has.</param>
    public static DeviceIdentityProblem NoKey(string path, IReadOnlyList<PemBlock> found) => new(
        path,
        $"the file holds no private key{Listed(found)}",
        "Give the path of the key that the certificate was issued for; AWS IoT shows it only once, at creation.");

    public static DeviceIdentityProblem SeveralKeys(string path, IReadOnlyList<PemBlock> keys) => new(
        path,
        $"the file holds {keys.Count} private keys, and none is known to belong to the certificate{Listed(keys)}",
        "Keep the one that the certificate was issued for; show its public key for comparison: openssl pkey -pubout");

    public static DeviceIdentityProblem DerivationTooCostly(string path, string what, string most) => new(
        path,
        $"deriving the key from the password takes {what}; more than {most} is refused, because it would stop a small device for minutes",
        $"Encrypt it in another way: openssl pkcs8 -topk8 -v2 aes-256-cbc -in {Shell(path)} -out {Shell(path + ".p8")}");

    public static DeviceIdentityProblem KeyDamaged(string path) => new(
        path,
        "the private key is damaged, or neither EC nor RSA, which are what AWS IoT takes",
        $"Check it: openssl pkey -in {Shell(path)} -noout -text");

    public static DeviceIdentityProblem KindNotTaken(string path, string kind) => new(
        path,
        $"the private key is of the kind {kind}; AWS IoT takes EC and RSA keys only",
        $"Make another key and have a certificate issued for it: openssl ecparam -name prime256v1 -genkey -noout -out {Shell(path + ".new")}");

    /// <param name="path">The key.</param>
    /// <param name="bits">Its size.</param>
    public static DeviceIdentityProblem KeyTooShort(string path, int bits) => new(
        path,
        $"the private key has {bits} bits; AWS IoT takes RSA keys of 2048 bits or more, and EC keys of 256 or more",
        $"Make another key and have a certificate issued for it: openssl ecparam -name prime256v1 -genkey -noout -out {Shell(path + ".new")}");

    /// <param name="path">The key.</param>
    /// <param name="curve">Its curve.</param>
    public static DeviceIdentityProblem CurveNotTaken(string path, string curve) => new(
        path,
        $"the private key is on the curve {curve}; AWS IoT takes the curves P-256, P-384 and P-521 only",
        $"Make another key and have a certificate issued for it: openssl ecparam -name prime256v1 -genkey -noout -out {Shell(path + ".new")}");

    public static DeviceIdentityProblem FormOfOpenSsh(string path) => new(
        path,
        "the private key is in OpenSSH's own form, which is not supported",
        $"Convert a copy of it, in place: ssh-keygen -p -m PKCS8 -f {Shell(path)}");

    public static DeviceIdentityProblem CurveWithoutName(string path) => new(
        path,
        "the private key spells out the parameters of an elliptic curve that has no name; AWS IoT takes the curves P-256, P-384 and P-521 only",
        $"Make another key and have a certificate issued for it: openssl ecparam -name prime256v1 -genkey -noout -out {Shell(path + ".new")}");

    public static DeviceIdentityProblem EncryptionNotSupported(string path) => new(
        path,
        "the private key is encrypted in a way that is not supported",
        $"Encrypt it in another: openssl pkcs8 -topk8 -v2 aes-256-cbc -in {Shell(path)} -out {Shell(path + ".p8")}");

    public static DeviceIdentityProblem PasswordMissing(string path) =>
        new(path, "the private key is encrypted and no password is configured", "Configure the private key's password.");

    public static DeviceIdentityProblem PasswordWrong(string path) => new(
        path,
        "the password does not open the private key (or the file is damaged)",
        $"Correct the password; try it with: openssl pkey -in {Shell(path)} -noout");

    public static DeviceIdentityProblem KeyOpenToOthers(string path) => new(
        path,
        "the private key may be read or changed by other users of this device",
        $"Run: chmod 600 {Shell(path)}");

    public static DeviceIdentityProblem KeyDoesNotMatch(string keyPath, string certificatePath, string subject) => new(
        keyPath,
        $"the private key does not match the certificate {certificatePath} ({subject})",
        "Use the key that the certificate was issued for; compare the public keys: "
        + $"openssl pkey -in {Shell(keyPath)} -pubout; openssl x509 -in {Shell(certificatePath)} -noout -pubkey");

    public static DeviceIdentityProblem CertificateWithoutKey(string subject) => new(
        subject,
        "the certificate comes without its private key, so TLS would silently not present it",
        "Give the key that belongs to it.");

    public static DeviceIdentityProblem CertificateExpired(string subject, DateTimeOffset end, DateTimeOffset now) => new(
        subject,
        $"the certificate expired at {end.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Check the clock (timedatectl); when it is right, issue and register a new certificate.");

    public static DeviceIdentityProblem CertificateNotYetValid(string subject, DateTimeOffset start, DateTimeOffset now) => new(
        subject,
        $"the certificate is not valid before {start.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Most likely the clock is wrong: check it (timedatectl) and the time synchronisation.");

    public static DeviceIdentityProblem CertificateEndsSoon(string subject, DateTimeOffset end) =>
        new(subject, $"the certificate expires at {end.UtcDateTime:u}", "Issue and register a new certificate before then.");

    public static DeviceIdentityProblem IntermediateExpired(string subject, DateTimeOffset end, DateTimeOffset now) => new(
        subject,
        $"the intermediate certificate {subject} expired at {end.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Check the clock (timedatectl); when it is right, put the CA's present intermediate in its place.");

    public static DeviceIdentityProblem IntermediateNotYetValid(string subject, DateTimeOffset start, DateTimeOffset now) => new(
        subject,
        $"the intermediate certificate {subject} is not valid before {start.UtcDateTime:u}; the local clock says {now.UtcDateTime:u}",
        "Most likely the clock is wrong: check it (timedatectl) and the time synchronisation.");

    public static DeviceIdentityProblem IntermediateEndsSoon(string subject, DateTimeOffset end) =>
        new(subject, $"the intermediate certificate {subject} expires at {end.UtcDateTime:u}", "Put the CA's next intermediate in its place before then.");

    private static string Named(FoundForm? found) => found is null ? "" : $"; it is {found.What}";

    private static string Listed(IReadOnlyList<PemBlock> found) =>
        found.Count == 0 ? "" : $"; it holds {string.Join(", ", found.Take(4).Select(b => $"{b.Label} (line {b.Line})"))}{(found.Count > 4 ? ", ..." : "")}";

    /// <summary>The path as one word for a shell.</summary>
    public static string Shell(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || "/._-+=:@%".Contains(c)) ? path : $"'{path.Replace("'", "'\\''")}'";
}
