using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Identity.Hardware;
using DeviceAgent.Credentials.Tests.Fixtures;

namespace DeviceAgent.Credentials.Tests.Identity.Hardware;

/// <summary>
/// A token of SoftHSM2 with an EC and an RSA key that cannot leave it, made once for the process: the module stays loaded. What it has to
/// be: <c>softhsm2</c>, <c>opensc</c> and <c>libengine-pkcs11-openssl</c> installed (scripts/test.sh does).
/// </summary>
internal static class SoftHsm
{
    public const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    public const string Pin = "canary-pin-4321";
    public const string Token = "device token";
    public const string TokenUri = "pkcs11:token=device%20token";

    private static readonly Lazy<TestFolder> Folder = new(Make);

    /// <summary>The certificate of the key with this label, as PEM.</summary>
    public static string Certificate(string label)
    {
        if (!OperatingSystem.IsLinux()) throw new PlatformNotSupportedException();
        _ = Folder.Value;
        using var key = Pkcs11Module.PrivateKey(Pkcs11Uri.Parse($"{TokenUri};object={label}?module-path={Module}"), new Secret(Pin));
        using var certificate = Pki.DeviceCertificate(Pki.Root, key);
        return certificate.ExportCertificatePem();
    }

    /// <summary>Puts a certificate onto the token.</summary>
    public static void Store(string label, string id, string pem)
    {
        var file = Folder.Value.PathOf($"{label}.der");
        using var certificate = X509Certificate2.CreateFromPem(pem);
        File.WriteAllBytes(file, certificate.RawData);
        Run("pkcs11-tool", "--module", Module, "--login", "--pin", Pin, "--token-label", Token, "-w", file, "-y", "cert", "--id", id, "--label", label);
    }

    private static TestFolder Make()
    {
        var folder = new TestFolder();
        Directory.CreateDirectory(folder.PathOf("tokens"));
        var configuration = folder.Write("softhsm2.conf", $"directories.tokendir = {folder.PathOf("tokens")}\nlog.level = ERROR\n");
        // .NET's own Environment does not reach native libraries.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", configuration, 1));
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", configuration);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        Run("softhsm2-util", "--init-token", "--free", "--label", Token, "--so-pin", "1234", "--pin", Pin);
        foreach (var (label, id, kind) in new[] { ("ec", "01", "EC:prime256v1"), ("rsa", "02", "rsa:2048"), ("other", "03", "EC:prime256v1") })
            Run("pkcs11-tool", "--module", Module, "--login", "--pin", Pin, "--token-label", Token, "--keypairgen", "--key-type", kind, "--id", id, "--label", label);
        return folder;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {output}{error.Result}");
    }

    [DllImport("libc", EntryPoint = "setenv", BestFitMapping = false)]
    private static extern int SetEnvironment([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);
}
