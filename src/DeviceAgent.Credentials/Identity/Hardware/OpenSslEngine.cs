using System.Runtime.InteropServices;

namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>The calls of OpenSSL 3 that .NET does not offer: an engine's settings, why it failed, and certificates from it.</summary>
internal static partial class OpenSslEngine
{
    private const string Crypto = "libcrypto.so.3";

    [LibraryImport(Crypto, EntryPoint = "ENGINE_by_id", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ById(string id);

    [LibraryImport(Crypto, EntryPoint = "ENGINE_init")]
    public static partial int Initialise(nint engine);

    [LibraryImport(Crypto, EntryPoint = "ENGINE_ctrl_cmd_string", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Set(nint engine, string name, string value, int optional);

    [LibraryImport(Crypto, EntryPoint = "ENGINE_ctrl_cmd", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Command(nint engine, string name, CLong number, nint argument, nint function, int optional);

    [LibraryImport(Crypto, EntryPoint = "ENGINE_load_private_key", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint LoadPrivateKey(nint engine, string id, nint userInterface, nint callbackData);

    /// <summary>An interface that asks nobody: without it an engine asks for a PIN on the terminal, and waits.</summary>
    [LibraryImport(Crypto, EntryPoint = "UI_null")]
    public static partial nint NoUserInterface();

    [LibraryImport(Crypto, EntryPoint = "i2d_X509")]
    public static partial int EncodeCertificate(nint certificate, ref nint output);

    [LibraryImport(Crypto, EntryPoint = "X509_free")]
    public static partial void FreeCertificate(nint certificate);

    [LibraryImport(Crypto, EntryPoint = "ERR_clear_error")]
    public static partial void ClearErrors();

    [LibraryImport(Crypto, EntryPoint = "ERR_get_error")]
    public static partial CULong NextError();

    [LibraryImport(Crypto, EntryPoint = "ERR_error_string_n")]
    public static unsafe partial void Describe(CULong error, byte* text, nuint length);

    /// <summary>What the command LOAD_CERT_CTRL takes and gives.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct CertificateRequest
    {
        public nint Id;
        public nint Certificate;
    }
}
