using IoPath = System.IO.Path;

namespace DeviceAgent.Tests;

/// <summary>Where the sources and documents are that belong to the tests.</summary>
internal static class RepositoryFolder
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(IoPath.Combine(folder, "global.json"))) folder = IoPath.GetDirectoryName(folder)!;
        return folder;
    }
}
