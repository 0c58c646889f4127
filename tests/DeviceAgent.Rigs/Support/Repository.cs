namespace DeviceAgent.Rigs.Support;

/// <summary>Where the things stand that the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "DeviceAgent.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No DeviceAgent.sln above {AppContext.BaseDirectory}");
    }
}
