using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>How much is measured.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>What can be measured by itself: <c>--rows</c>.</summary>
    public static readonly IReadOnlyList<string> AllRows = ["first", "idle", "cached", "fetch", "batch", "single", "flash", "drain"];

    public static readonly IReadOnlyList<string> AllPeers = ["cli", "boto3", "js", "dotnet", "agent"];

    /// <summary>The loop as it was built beside this program: compiled when it runs.</summary>
    public static IReadOnlyList<string> BuiltDotNetLoop =>
        ["dotnet", Repository.File("tests", "DeviceAgent.Benchmarks", "peers", "dotnet", "bin", Configuration, "net10.0", "DotNetLoop.dll")];

    private static string Configuration => Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;

    public IReadOnlyCollection<string> Rows { get; init; } = [.. AllRows];

    public IReadOnlyCollection<string> Peers { get; init; } = [.. AllPeers];

    /// <summary>Every figure is the median of so many.</summary>
    public int Runs { get; init; } = 5;

    /// <summary>The smaller size of the batch row; the other one is twice it.</summary>
    public int Readings { get; init; } = 10_000;

    public int Backlog { get; init; } = 100_000;

    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan Flash { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The processor that is kept for what is measured; null for any.</summary>
    public int? Core { get; init; }

    /// <summary>The loop over the SDK for .NET, a command.</summary>
    public IReadOnlyList<string> DotNetLoop { get; init; } = BuiltDotNetLoop;

    /// <summary>A Python that has boto3.</summary>
    public string Python { get; init; } = "python3";

    /// <summary>The AWS CLI.</summary>
    public string AwsCli { get; init; } = "aws";
}
