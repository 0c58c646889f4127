using System.Text;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Storage;

namespace DeviceAgent.Certificate;

/// <summary>
/// A certificate and key beside the active ones: the same paths with <c>.next</c> appended, and after the swap what was before with
/// <c>.previous</c>. Everything is durable before it is relied on.
/// </summary>
/// <param name="active">Where the pair is that is to be replaced, or will be.</param>
internal sealed class StagedIdentity(DeviceIdentityOptions active)
{
    public const string NextEnding = ".next";
    public const string PreviousEnding = ".previous";

    /// <summary>More than any certificate or key.</summary>
    private const int MaxBytes = 1024 * 1024;

    private const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Whether the key lives in hardware: then it stays, and only its certificate is new.</summary>
    public bool KeyStays => IsHardware(active.PrivateKeyPath);

    /// <summary>Where the pair is once it has been swapped in.</summary>
    public DeviceIdentityOptions Place => active;

    /// <summary>Where the staged pair is.</summary>
    public DeviceIdentityOptions Options => active with
    {
        CertificatePath = active.CertificatePath + NextEnding,
        PrivateKeyPath = KeyStays ? active.PrivateKeyPath : active.PrivateKeyPath + NextEnding,
        CertificateChainPath = null,
    };

    /// <summary>Where the pair is that is active once a swap that was cut off has ended. Reads only which files are there.</summary>
    public DeviceIdentityOptions Swapped => active with
    {
        CertificatePath = NextOrActive(active.CertificatePath),
        PrivateKeyPath = active.PrivateKeyPath is null || KeyStays ? active.PrivateKeyPath : NextOrActive(active.PrivateKeyPath),
    };

    /// <summary>Where the files are, or will be.</summary>
    public IEnumerable<string> Folders => Files.Select(f => Path.GetDirectoryName(Path.GetFullPath(f))!).Distinct();

    private IEnumerable<string> Files => KeyStays ? [active.CertificatePath] : [active.CertificatePath, active.PrivateKeyPath!];

    /// <summary>Whether nothing has been swapped yet.</summary>
    public bool IsWhole => Files.All(f => File.Exists(f + NextEnding));

    /// <summary>Whether files can be put in the place of the active ones. Tried rather than asked for: a file system may be read-only, and rights may be those of an access list.</summary>
    public bool CanBeReplaced => Folders.All(IsWritable) && !Files.Any(MountPoints.Contains);

    /// <summary>Why certificate and key in this form cannot be replaced by the agent; null when they can.</summary>
    public string? Fault() =>
        IsHardware(active.CertificatePath) ? "the certificate is kept in hardware: keep it in a file (certificatePath), the key may stay there"
        : active.PrivateKeyPath is null ? "certificate and key are in one file: keep them in a file each (certificatePath, privateKeyPath)"
        : null;

    /// <summary>The key comes first: a certificate whose key is lost is worth nothing.</summary>
    public void WriteKey(string pem) => DurableFile.Write(active.PrivateKeyPath + NextEnding, Encoding.ASCII.GetBytes(pem));

    public void WriteCertificate(string pem) => DurableFile.Write(active.CertificatePath + NextEnding, Encoding.ASCII.GetBytes(pem), ForAll);

    /// <summary>Keeps a copy of the active pair. Call it before what happens next is noted.</summary>
    public void KeepPrevious()
    {
        foreach (var file in Files.Where(File.Exists))
        {
            var mode = OperatingSystem.IsWindows() ? ForAll : File.GetUnixFileMode(file);
            DurableFile.Write(file + PreviousEnding, InputFile.Read(file, MaxBytes), mode);
        }
    }

    /// <summary>Puts the staged files in the place of the active ones, as far as that is not done yet: it may be cut off and called again.</summary>
    public void Swap()
    {
        foreach (var file in Files.Where(f => File.Exists(f + NextEnding))) DurableFile.Move(file + NextEnding, file);
    }

    public void Discard() => Delete(NextEnding);

    public void ForgetPrevious() => Delete(PreviousEnding);

    private static bool IsHardware(string? path) => path?.StartsWith("pkcs11:", StringComparison.OrdinalIgnoreCase) ?? false;

    private static string NextOrActive(string path) => File.Exists(path + NextEnding) ? path + NextEnding : path;

    private static bool IsWritable(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, ".device-agent-" + Guid.NewGuid().ToString("N"));
            using (new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose)) return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void Delete(string ending)
    {
        foreach (var file in Files) File.Delete(file + ending);
    }
}

/// <summary>Files that are mounted by themselves, as container engines do with a single file: the kernel lets none be put in the place of one.</summary>
internal static class MountPoints
{
    private const int MountPointField = 4;

    public static bool Contains(string file)
    {
        try
        {
            // proc(5): a space in a path is written as \040.
            var name = Path.GetFullPath(file).Replace(@"\", @"\134", StringComparison.Ordinal).Replace(" ", @"\040", StringComparison.Ordinal);
            return File.ReadLines("/proc/self/mountinfo").Any(l => l.Split(' ') is { Length: > MountPointField } fields && fields[MountPointField] == name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
