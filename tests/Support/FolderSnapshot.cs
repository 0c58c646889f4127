using System.Globalization;
using System.Security.Cryptography;

namespace DeviceAgent.TestSupport;

/// <summary>Everything about a folder that a program could change: names, kinds, modes, times of change, contents, and where links lead.</summary>
internal static class FolderSnapshot
{
    /// <summary>One line an entry, the folder itself included. What cannot be read stands as such.</summary>
    public static string Of(string folder) => string.Join('\n', new[] { folder }
        .Concat(Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true }))
        .Order(StringComparer.Ordinal).Select(Line));

    private static string Line(string path)
    {
        FileSystemInfo info = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        var mode = OperatingSystem.IsWindows() ? "" : info.UnixFileMode.ToString();
        return string.Create(CultureInfo.InvariantCulture, $"{path} {info.Attributes} {mode} {info.LastWriteTimeUtc.Ticks} {info.LinkTarget} {Content(info)}");
    }

    /// <summary>Of files alone: a pipe would never end.</summary>
    private static string Content(FileSystemInfo info)
    {
        if (info is not FileInfo { LinkTarget: null, Length: > 0 }) return "";
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(info.FullName)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }
}
