namespace DeviceAgent.Rigs;

/// <summary>The rigs at length, as scripts/torture.sh runs them; and a program that writes with the AWS SDK for .NET, for the tests to run.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments) => arguments is [SdkWriter.CommandName, ..]
        ? SdkWriter.RunAsync(arguments)
        : Durability.TortureCommand.RunAsync(arguments);
}
