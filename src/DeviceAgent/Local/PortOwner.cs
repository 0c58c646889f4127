using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DeviceAgent.Storage;

namespace DeviceAgent.Local;

/// <summary>Who listens on a port.</summary>
/// <param name="User">The numeric id of the user who made the socket.</param>
/// <param name="Process">The process that has it; null where that may not be seen.</param>
internal sealed record PortHolder(uint User, int? Process)
{
    public override string ToString() =>
        $"user {User}{(LocalUsers.NameOf(User) is { } name ? $" ({name})" : "")}, {(Process is { } process ? $"process {process}" : "a process that this one may not see")}";
}

/// <summary>Finds who listens on a port: the kernel's tables of sockets name the user, /proc the process where it may be looked into.</summary>
internal static class PortOwner
{
    private const string Version4 = "/proc/self/net/tcp";
    private const string Version6 = "/proc/self/net/tcp6";
    private const string MappedLoopback = "0000000000000000FFFF00000100007F";
    private const string Listening = "0A";
    private const int LocalField = 1;
    private const int StateField = 3;
    private const int UserField = 7;
    private const int InodeField = 9;

    private static readonly (string Table, string Any, string Loopback)[] Tables =
    [
        (Version4, "00000000", "0100007F"),
        (Version6, "00000000000000000000000000000000", "00000000000000000000000001000000"),
    ];

    /// <summary>Null when nobody listens there (any more), or the kernel does not tell.</summary>
    public static PortHolder? Find(IPEndPoint address)
    {
        var port = address.Port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var (table, any, loopback) in Tables)
        {
            string[] names = (address.AddressFamily, table) switch
            {
                (AddressFamily.InterNetwork, Version4) or (AddressFamily.InterNetworkV6, Version6) => [$"{loopback}:{port}", $"{any}:{port}"],

                // ::, unlike 0.0.0.0, often stands for both families.
                (AddressFamily.InterNetwork, Version6) => [$"{any}:{port}", $"{MappedLoopback}:{port}"],
                _ => [],
            };
            foreach (var fields in Rows(table))
            {
                if (fields.Length <= InodeField || fields[StateField] != Listening || !names.Contains(fields[LocalField])) continue;
                if (uint.TryParse(fields[UserField], NumberStyles.None, CultureInfo.InvariantCulture, out var user)) return new PortHolder(user, ProcessOf($"socket:[{fields[InodeField]}]"));
            }
        }

        return null;
    }

    private static List<string[]> Rows(string table)
    {
        try
        {
            return [.. File.ReadLines(table).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static int? ProcessOf(string socket)
    {
        foreach (var folder in Entries("/proc", Directory.EnumerateDirectories))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)) continue;
            if (Entries(Path.Combine(folder, "fd"), Directory.EnumerateFileSystemEntries).Any(d => TargetOf(d) == socket)) return process;
        }

        return null;
    }

    private static IReadOnlyList<string> Entries(string folder, Func<string, IEnumerable<string>> list)
    {
        try
        {
            return [.. list(folder)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, or gone.
            return [];
        }
    }

    private static string? TargetOf(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
