using System.Globalization;
using System.Runtime.InteropServices;

namespace DeviceAgent.Local;

/// <summary>Users and groups of this device, as <c>/etc/passwd</c> and <c>/etc/group</c> list them.</summary>
internal static partial class LocalUsers
{
    public const uint Root = 0;

    private const string UserFile = "/etc/passwd";
    private const string GroupFile = "/etc/group";

    /// <summary>struct statx: 256 bytes, the user id at 20.</summary>
    private const int StatusWords = 64;

    private const int UserWord = 5;
    private const uint UserAndGroup = 0x18;
    private const int CurrentFolder = -100;

    /// <summary>The user that this process runs as.</summary>
    public static uint Own { get; } = EffectiveUser();

    /// <summary>The id of a user by name, or a number as it is; null when there is none.</summary>
    public static uint? IdOf(string user) => Find(UserFile, user);

    /// <summary>The id of a group by name, or a number as it is; null when there is none.</summary>
    public static uint? GroupIdOf(string group) => Find(GroupFile, group);

    /// <summary>Who owns a file or folder; null when that cannot be told.</summary>
    public static (uint User, uint Group)? OwnerOf(string path)
    {
        Span<uint> status = stackalloc uint[StatusWords];
        return Status(CurrentFolder, path, 0, UserAndGroup, status) == 0 ? (status[UserWord], status[UserWord + 1]) : null;
    }

    /// <summary>Gives a file or folder to others, null leaves as it is. Null, or why not.</summary>
    public static string? SetOwner(string path, uint? user, uint? group) =>
        ChangeOwner(path, user ?? uint.MaxValue, group ?? uint.MaxValue) == 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    private static uint? Find(string file, string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        try
        {
            // name:password:id:...
            var fields = File.ReadLines(file).Select(l => l.Split(':')).FirstOrDefault(f => f.Length > 2 && f[0] == name);
            return fields is not null && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int folder, string path, int flags, uint mask, Span<uint> status);

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
