namespace DeviceAgent.IntegrationTests;

/// <summary>Marks the tests that scripts/arm64-test.sh runs once more, against the agent for ARM64 by qemu: a part of all, since that takes its time.</summary>
internal static class EveryCpu
{
    public const string Name = "Runs";
    public const string Value = "OnEveryCpu";
}
