using System.Runtime.InteropServices;

namespace DeviceAgent.Hosting;

/// <summary>
/// Where the system's root certificates are read from. Left alone, the framework reads Debian's bundle and then each file of the
/// folder that holds the same certificates, twice more, at the start and again at most connections: on the native build more than half
/// of the time from start to the first delivered reading. The bundle alone is read here, unless SSL_CERT_FILE or SSL_CERT_DIR names something else.
/// </summary>
internal static partial class RootCertificates
{
    /// <summary>Made by update-ca-certificates of Debian and its relatives from all that the folder holds.</summary>
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    private const string Folder = "/etc/ssl/certs";

    /// <summary>Not empty: that would stand for the default folder.</summary>
    private const string NoFolder = "/dev/null";

    private const string FileVariable = "SSL_CERT_FILE";
    private const string FolderVariable = "SSL_CERT_DIR";

    /// <summary>Call it before the first TLS connection, while one thread runs: it changes the environment of the process.</summary>
    public static void ReadOnce()
    {
        foreach (var (name, value) in Choose(Environment.GetEnvironmentVariable, File.Exists)) _ = SetVariable(name, value, 1);
    }

    /// <summary>The variables to set, as OpenSSL and the framework know them; none where somebody has chosen, or where there is no bundle.</summary>
    /// <param name="variable">Looks up an environment variable.</param>
    /// <param name="exists">Whether there is such a file.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Choose(Func<string, string?> variable, Func<string, bool> exists)
    {
        if (variable(FileVariable) is not (null or Bundle) || variable(FolderVariable) is not (null or Folder) || !exists(Bundle)) return [];
        return [new(FileVariable, Bundle), new(FolderVariable, NoFolder)];
    }

    /// <summary>The one of the C library: OpenSSL does not see what <see cref="Environment.SetEnvironmentVariable(string, string?)"/> sets.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
