namespace DeviceAgent.Testbed.Jobs.Model;

/// <summary>Whether a job is for the things that its targets hold at its start, or also for those that join later.</summary>
internal static class TargetSelection
{
    public const string Snapshot = "SNAPSHOT";
    public const string Continuous = "CONTINUOUS";

    public static IReadOnlyList<string> All { get; } = [Continuous, Snapshot];
}
