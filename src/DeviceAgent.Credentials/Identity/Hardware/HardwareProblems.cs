namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>The words for everything that can be wrong with a key in hardware. Never a PIN.</summary>
internal static class HardwareProblems
{
    private const string ListTokens =
        "List what is there, as the user that runs this program: pkcs11-tool --list-token-slots (with --module FILE when the module is not registered with p11-kit).";

    public static DeviceIdentityProblem NotUnderstood(Pkcs11Uri uri, string fault) =>
        new(uri.Name, $"the pkcs11 URI cannot be used: {fault}", "It has the form pkcs11:token=TOKEN;object=LABEL, see RFC 7512.");

    public static DeviceIdentityProblem NotOnThisSystem(Pkcs11Uri uri) =>
        new(uri.Name, "keys in hardware are used through OpenSSL, on Linux", "Use a key file here.");

    public static DeviceIdentityProblem EngineMissing(Pkcs11Uri uri, string reason) => new(
        uri.Name,
        $"OpenSSL's engine 'pkcs11' cannot be loaded ({reason})",
        "Install it: sudo apt-get install libengine-pkcs11-openssl");

    public static DeviceIdentityProblem ModuleFileMissing(Pkcs11Uri uri, string path) => new(
        uri.Name,
        $"module-path names {path}, which is not there",
        "Install the module of your hardware (libtpm2-pkcs11-1 for a TPM, opensc-pkcs11 for smart cards, softhsm2), or correct the path.");

    public static DeviceIdentityProblem ModuleNotAFile(Pkcs11Uri uri, string path, string kind) => new(
        uri.Name, $"module-path names {path}, which is {kind}, not a file", "Correct the path.");

    public static DeviceIdentityProblem Of(Pkcs11Uri uri, string errors) =>
        errors.Contains("Unable to load PKCS#11 module", StringComparison.Ordinal) ? ModuleMissing(uri)
        : errors.Contains("PIN", StringComparison.Ordinal) ? PinRefused(uri, errors)
        : new(uri.Name, $"the hardware module does not give it ({errors})", "Look at the token: p11tool --list-tokens, or pkcs11-tool --list-objects --login.");

    public static DeviceIdentityProblem TokenMissing(Pkcs11Uri uri) => new(
        uri.Name, $"no module has such a token ({uri.TokenName}), or this user may not see it", ListTokens);

    public static DeviceIdentityProblem TokenOrPinMissing(Pkcs11Uri uri) => new(
        uri.Name,
        $"the token ({uri.TokenName}) asks for a PIN and none is configured, or there is no such token",
        $"Configure the PIN as the private key's password, or by ?pin-source=file:FILE in the URI. {ListTokens}");

    public static DeviceIdentityProblem KeyMissing(Pkcs11Uri uri) => new(
        uri.Name, "the token is there but holds no such private key", $"List its keys: {ListObjects(uri)} --type privkey");

    public static DeviceIdentityProblem CertificateMissing(Pkcs11Uri uri) => new(
        uri.Name,
        "the token is there but holds no such certificate",
        $"Give the certificate as a file, or put it on the token; list what it holds: {ListObjects(uri)} --type cert");

    public static DeviceIdentityProblem KeyOfUnknownKind(Pkcs11Uri uri) => new(
        uri.Name,
        "the key is neither EC nor RSA, which are what AWS IoT takes, or the token does not hold its public part",
        $"Look at it: {ListObjects(uri)}");

    public static DeviceIdentityProblem PinFileUnreadable(Pkcs11Uri uri, string path, string reason) =>
        new(uri.Name, $"pin-source names {path}, which cannot be read ({reason})", "Correct the path, or let the user that runs this program read the file.");

    public static DeviceIdentityProblem PinFileOpenToOthers(Pkcs11Uri uri, string path) =>
        new(uri.Name, $"the PIN's file {path} may be read or changed by other users of this device", $"Run: chmod 600 {path}");

    private static DeviceIdentityProblem ModuleMissing(Pkcs11Uri uri) => new(
        uri.Name,
        "the PKCS#11 module cannot be loaded",
        "Install the module of your hardware (libtpm2-pkcs11-1 for a TPM, opensc-pkcs11 for smart cards, softhsm2), and name its file by "
        + "?module-path=FILE in the URI, or by the environment variable PKCS11_MODULE_PATH.");

    private static DeviceIdentityProblem PinRefused(Pkcs11Uri uri, string errors) =>
        new(uri.Name, $"the token refuses the PIN ({errors})", "Correct it before trying again: after some tries a token locks.");

    private static string ListObjects(Pkcs11Uri uri) => $"p11tool --login --list-all '{uri.TokenName}', or pkcs11-tool --login --list-objects";
}

/// <summary>A module or its token did not give what was asked for.</summary>
internal sealed class Pkcs11Exception(DeviceIdentityProblem problem) : Exception(problem.ToString())
{
    public DeviceIdentityProblem Problem => problem;
}
