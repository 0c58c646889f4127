using System.Runtime.InteropServices;

namespace DeviceAgent.Storage;

/// <summary>Whether the agent's user could write somewhere, asked of the kernel: nothing is tried, so nothing changes.</summary>
internal static partial class FolderAccess
{
    private const int WriteAndPass = 2 | 1;
    private const int CurrentFolder = -100;

    /// <summary>AT_EACCESS: for the user whose rights the process works with, not for who started it.</summary>
    private const int AsEffectiveUser = 0x200;

    /// <summary>Why no file of this folder could be made, renamed or deleted; null when they could, or when that cannot be told.</summary>
    public static string? WriteProblem(string folder)
    {
        if (OperatingSystem.IsWindows() || Access(CurrentFolder, folder, WriteAndPass, AsEffectiveUser) == 0) return null;
        return $"'{folder}' cannot be written to ({Marshal.GetLastPInvokeErrorMessage()})";
    }

    /// <summary>Why the folder could not be made with all those above it; null when it is there, or could be.</summary>
    public static string? MakeProblem(string folder)
    {
        for (var above = Path.GetFullPath(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            if (Directory.Exists(above)) return above.Length == Path.GetFullPath(folder).Length ? null : WriteProblem(above) ?? KernelsProblem(above);
            if (File.Exists(above)) return $"'{above}' is a file";
        }

        return null;
    }

    /// <summary>Root has every right in these, and nobody can make a folder there.</summary>
    private static string? KernelsProblem(string folder)
    {
        try
        {
            return new DriveInfo(folder).DriveFormat is "proc" or "sysfs" ? $"'{folder}' belongs to the kernel, no folder can be made there" : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "faccessat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(int folder, string path, int mode, int flags);
}
