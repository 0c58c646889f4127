using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Credentials.Identity.Hardware;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Identity;

/// <summary>The content of one file, wiped on dispose because it may hold a key.</summary>
internal sealed class IdentityFile : IDisposable
{
    private const int MaxBytes = 1024 * 1024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly Lazy<PemText?> _pem;

    private IdentityFile(string path, byte[] bytes, bool openToOthers)
    {
        Path = path;
        Bytes = bytes;
        OpenToOthers = openToOthers;
        _pem = new Lazy<PemText?>(() => PemText.Of(Bytes));
    }

    public string Path { get; }

    public byte[] Bytes { get; }

    /// <summary>Whether group or others may read or write it (Unix modes only).</summary>
    public bool OpenToOthers { get; }

    /// <summary>Its blocks; null when it has none.</summary>
    public PemText? Pem => _pem.Value;

    /// <summary>Reads the file; null after adding the reason to <paramref name="problems"/>.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="problems">What is wrong with it.</param>
    /// <param name="bytes">Reads up to so many bytes of a path, in its own way; the file owns them. Null: as <see cref="InputFile"/> does.</param>
    public static IdentityFile? Read(string path, List<DeviceIdentityProblem> problems, Func<string, int, byte[]>? bytes = null)
    {
        try
        {
            if (bytes is not null) return new IdentityFile(path, bytes(path, MaxBytes), openToOthers: false);
            using var handle = InputFile.Open(path);
            var content = InputFile.Read(handle, MaxBytes);
            // Asked of the open file, not of the path: what is checked is what was read, through links too.
            var openToOthers = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0;
            return new IdentityFile(path, content, openToOthers);
        }
        catch (FileTooLongException e)
        {
            problems.Add(Problems.FileTooLarge(path, e.FileLength));
        }
        catch (NotAFileException e)
        {
            problems.Add(Problems.NotAFile(path, e.Message));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(Problems.FileMissing(path));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
        {
            problems.Add(Problems.FileUnreadable(path, e.Message));
        }

        return null;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(Bytes);
        if (_pem.IsValueCreated) _pem.Value?.Dispose();
    }
}

/// <summary>
/// Tells whether the files of an identity have changed, by what is in them and who may read them: a date may be preserved by a
/// copy, and a link may lead elsewhere.
/// </summary>
internal static class IdentityFingerprint
{
    public static string Of(DeviceIdentityOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var path in Files(options)) Append(hash, path);
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    private static IEnumerable<string> Files(DeviceIdentityOptions options) =>
        new[] { options.CertificatePath, options.PrivateKeyPath, options.CertificateChainPath }.OfType<string>()
            .Select(p => Pkcs11Uri.IsOne(p) ? Pkcs11Uri.Parse(p).PinFile : p).OfType<string>();

    private static void Append(IncrementalHash hash, string path)
    {
        var problems = new List<DeviceIdentityProblem>();
        using var file = IdentityFile.Read(path, problems);
        var head = file is null ? problems[0].What : $"{file.Bytes.Length} {file.OpenToOthers}";
        hash.AppendData(Encoding.UTF8.GetBytes($"\n{head}\n"));
        if (file is not null) hash.AppendData(file.Bytes);
    }
}
