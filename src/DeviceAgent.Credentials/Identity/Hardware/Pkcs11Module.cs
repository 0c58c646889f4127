using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>
/// Keys and certificates in a PKCS#11 module (TPM, HSM, smart card), by OpenSSL's engine <c>pkcs11</c>: of the ways into hardware it is the
/// one whose keys complete a TLS handshake under .NET. The private key never leaves the hardware; it signs there.
/// </summary>
[SupportedOSPlatform("linux")]
internal static class Pkcs11Module
{
    private const string Engine = "pkcs11";

    /// <summary>The engine is one for the whole process, and so are its settings.</summary>
    private static readonly Lock _gate = new();

    /// <exception cref="Pkcs11Exception">Engine, module, token or key is missing, or the PIN is wrong.</exception>
    public static AsymmetricAlgorithm PrivateKey(Pkcs11Uri uri, Secret? pin)
    {
        lock (_gate)
        {
            var engine = Open(uri, pin);
            var key = LoadKey(engine, uri.Named("private"));
            if (key == 0) throw Failure(uri, isKey: true, pin is not null, engine);
            using var handle = new SafeEvpPKeyHandle(key, ownsHandle: true);
            return Import(() => new ECDsaOpenSsl(handle)) ?? Import(() => new RSAOpenSsl(handle))
                ?? throw new Pkcs11Exception(HardwareProblems.KeyOfUnknownKind(uri));
        }
    }

    /// <exception cref="Pkcs11Exception">Engine, module, token or certificate is missing, or the PIN is wrong.</exception>
    public static X509Certificate2 Certificate(Pkcs11Uri uri, Secret? pin)
    {
        lock (_gate)
        {
            var engine = Open(uri, pin);
            var certificate = LoadCertificate(engine, uri.Named("cert"));
            if (certificate == 0) throw Failure(uri, isKey: false, pin is not null, engine);
            try
            {
                return X509CertificateLoader.LoadCertificate(Encode(certificate));
            }
            finally
            {
                OpenSslEngine.FreeCertificate(certificate);
            }
        }
    }

    private static nint Open(Pkcs11Uri uri, Secret? pin)
    {
        nint engine;
        try
        {
            OpenSslEngine.ClearErrors();
            engine = OpenSslEngine.ById(Engine);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new Pkcs11Exception(HardwareProblems.EngineMissing(uri, "OpenSSL 3 is not there"));
        }

        if (engine == 0) throw new Pkcs11Exception(HardwareProblems.EngineMissing(uri, Errors()));
        if (uri.ModulePath is { } module) OpenSslEngine.Set(engine, "MODULE_PATH", module, optional: 0);
        // Not in the URI: the engine prints the whole of it when it does not find the object.
        if (pin is not null) OpenSslEngine.Set(engine, "PIN", pin.Reveal(), optional: 0);
        // Never finished: the keys that were loaded live as long as the engine does.
        if (OpenSslEngine.Initialise(engine) == 0) throw new Pkcs11Exception(HardwareProblems.EngineMissing(uri, Errors()));
        OpenSslEngine.Command(engine, "SET_USER_INTERFACE", new CLong(0), OpenSslEngine.NoUserInterface(), 0, optional: 1);
        return engine;
    }

    private static nint LoadKey(nint engine, string name)
    {
        OpenSslEngine.ClearErrors();
        return OpenSslEngine.LoadPrivateKey(engine, name, OpenSslEngine.NoUserInterface(), 0);
    }

    private static unsafe nint LoadCertificate(nint engine, string name)
    {
        OpenSslEngine.ClearErrors();
        fixed (byte* id = Encoding.UTF8.GetBytes(name + "\0"))
        {
            var request = new OpenSslEngine.CertificateRequest { Id = (nint)id };
            OpenSslEngine.Command(engine, "LOAD_CERT_CTRL", new CLong(0), (nint)(&request), 0, optional: 0);
            return request.Certificate;
        }
    }

    private static unsafe byte[] Encode(nint certificate)
    {
        nint nowhere = 0;
        var bytes = new byte[OpenSslEngine.EncodeCertificate(certificate, ref nowhere)];
        fixed (byte* start = bytes)
        {
            // OpenSSL moves the pointer to the end of what it wrote.
            var at = (nint)start;
            OpenSslEngine.EncodeCertificate(certificate, ref at);
        }

        return bytes;
    }

    private static Pkcs11Exception Failure(Pkcs11Uri uri, bool isKey, bool hasPin, nint engine)
    {
        var errors = Errors();
        if (!errors.Contains("object not found", StringComparison.Ordinal)) return new Pkcs11Exception(HardwareProblems.Of(uri, errors));
        // Any key on it tells that the token is there.
        var any = LoadKey(engine, uri.TokenName);
        if (any == 0) return new Pkcs11Exception(hasPin ? HardwareProblems.TokenMissing(uri) : HardwareProblems.TokenOrPinMissing(uri));
        new SafeEvpPKeyHandle(any, ownsHandle: true).Dispose();
        return new Pkcs11Exception(isKey ? HardwareProblems.KeyMissing(uri) : HardwareProblems.CertificateMissing(uri));
    }

    private static AsymmetricAlgorithm? Import(Func<AsymmetricAlgorithm> import)
    {
        try
        {
            return import();
        }
        catch (CryptographicException)
        {
            // Of the other kind.
            return null;
        }
    }

    /// <summary>Everything on OpenSSL's list of errors, the cause first.</summary>
    private static unsafe string Errors()
    {
        var texts = new List<string>();
        var buffer = stackalloc byte[256];
        while (OpenSslEngine.NextError() is { Value: not 0 } error)
        {
            OpenSslEngine.Describe(error, buffer, 256);
            var text = Marshal.PtrToStringUTF8((nint)buffer)!.Split(':')[^1];
            if (!texts.Contains(text)) texts.Add(text);
        }

        return string.Join(", ", texts);
    }
}
