using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Credentials.Identity;

/// <summary>The content of one file, wiped on dispose because it may hold a key.</summary>
internal sealed class IdentityFile : IDisposable
{
    private const int MaxBytes = 1024 * 1024;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly char[] _text;

    private IdentityFile(string path, byte[] bytes, bool openToOthers)
    {
        Path = path;
        Bytes = bytes;
        OpenToOthers = openToOthers;
        _text = Encoding.UTF8.GetChars(bytes);
    }

    public string Path { get; }

    public byte[] Bytes { get; }

    /// <summary>Whether group or others may read or write it (Unix modes only).</summary>
    public bool OpenToOthers { get; }

    public ReadOnlySpan<char> Text => _text;

    public bool IsPem => Text.Contains("-----BEGIN ", StringComparison.Ordinal);

    /// <summary>Reads the file; null after adding the reason to <paramref name="problems"/>.</summary>
    public static IdentityFile? Read(string path, List<DeviceIdentityProblem> problems)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length > MaxBytes)
            {
                problems.Add(Problems.FileTooLarge(path, length));
                return null;
            }

            var bytes = new byte[length];
            var read = RandomAccess.Read(handle, bytes, 0);
            // Asked of the open file, not of the path: what is checked is what was read, through links too.
            var openToOthers = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0;
            return new IdentityFile(path, bytes[..read], openToOthers);
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
        Array.Clear(_text);
    }
}
