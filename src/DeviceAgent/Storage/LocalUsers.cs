using System.Globalization;
using System.Runtime.InteropServices;

namespace DeviceAgent.Storage;

/// <summary>Users and groups of this device, as <c>/etc/passwd</c> and <c>/etc/group</c> list them.</summary>
internal static partial class LocalUsers
{
    public const uint Root = 0;

    private const string UserFile = "/etc/passwd";
    private const string GroupFile = "/etc/group";
    private const string MapFile = "/proc/self/uid_map";

    /// <summary>The user that this process runs as at this moment.</summary>
    public static uint Own => EffectiveUser();

    /// <summary>The id of a user by name, or a number as it is; null when there is none.</summary>
    public static uint? IdOf(string user) => Find(UserFile, user);

    /// <summary>The id of a group by name, or a number as it is; null when there is none.</summary>
    public static uint? GroupIdOf(string group) => Find(GroupFile, group);

    /// <summary>The name of a user by its id; null when it has none.</summary>
    public static string? NameOf(uint user) => Lines(UserFile).FirstOrDefault(f => f.Length > 2 && IsId(f[2], user))?[0];

    /// <summary>The name of a group by its id; null when it has none.</summary>
    public static string? GroupNameOf(uint group) => Lines(GroupFile).FirstOrDefault(f => f.Length > 2 && IsId(f[2], group))?[0];

    /// <summary>The name of a user by its id, or the number where it has none.</summary>
    public static string Shown(uint user) => NameOf(user) ?? user.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Whether the number is one user's. In a container with a small map of users it may stand for all of the host's that the container does not know: the
    /// kernel gives them one number (65534, nobody).
    /// </summary>
    public static bool IsKnown(uint user) => ReadLines(MapFile) is not { Count: > 0 } map ? FileStatus.Of(MapFile) is null : Covers(map, user);

    /// <param name="map">Lines of the first number here, the first of the host's, and how many.</param>
    /// <param name="user">A number here.</param>
    internal static bool Covers(IEnumerable<string> map, uint user) => map
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Any(f => f.Length == 3 && uint.TryParse(f[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && uint.TryParse(f[2], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && user >= first && user - first < count);

    /// <summary>The group that a user has by name; null when there is no such user.</summary>
    public static uint? GroupOf(string user) =>
        Lines(UserFile).FirstOrDefault(f => f.Length > 3 && f[0] == user) is { } fields && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group) ? group : null;

    /// <summary>The groups that list a user by name.</summary>
    public static IEnumerable<uint> GroupsOf(string user) => Lines(GroupFile)
        .Where(f => f.Length > 3 && f[3].Split(',').Contains(user))
        .Select(f => uint.TryParse(f[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : (uint?)null).OfType<uint>();

    /// <summary>Who owns a file or folder; null when that cannot be told.</summary>
    public static (uint User, uint Group)? OwnerOf(string path) => FileStatus.Of(path) is { } status ? (status.User, status.Group) : null;

    private static uint? Find(string file, string name)
    {
        if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        var fields = Lines(file).FirstOrDefault(f => f.Length > 2 && f[0] == name);
        return fields is not null && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out number) ? number : null;
    }

    /// <summary><c>name:password:id:...</c>; none when the file cannot be read.</summary>
    private static IReadOnlyList<string[]> Lines(string file) => [.. ReadLines(file).Select(l => l.Split(':'))];

    private static IReadOnlyList<string> ReadLines(string file)
    {
        try
        {
            return [.. File.ReadLines(file)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static bool IsId(string text, uint id) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == id;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
