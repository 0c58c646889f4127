namespace DeviceAgent.IntegrationTests;

/// <summary>The rigs at length, as scripts/torture.sh runs them.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => Durability.TortureCommand.RunAsync(arguments);
}
