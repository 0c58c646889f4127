using System.Runtime.InteropServices;

namespace DeviceAgent.Readings.Sources;

/// <summary>What the parent gave as standard input.</summary>
internal static partial class StandardInput
{
    private const int GetFlags = 1;
    private const int CloseOnExec = 1;

    /// <summary>Empty where the parent gave none: the runtime may have opened something of its own under that number (random bytes) before any code of the agent ran.</summary>
    public static Stream Open() => IsOfTheRuntime ? Stream.Null : Console.OpenStandardInput();

    /// <summary>What is passed on to a new program never has this flag.</summary>
    private static bool IsOfTheRuntime => OperatingSystem.IsLinux() && Control(0, GetFlags) is < 0 or CloseOnExec;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);
}
