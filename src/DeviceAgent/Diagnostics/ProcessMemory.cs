using System.Runtime.InteropServices;

namespace DeviceAgent.Diagnostics;

/// <summary>Keeps what is in the process's memory from the other processes of its user.</summary>
internal static partial class ProcessMemory
{
    private const int SetDumpable = 4;

    /// <summary>No core dump, no debugger, no reading of /proc/PID/mem by anybody but root (PR_SET_DUMPABLE 0).</summary>
    public static void Protect()
    {
        // What a process without the right to be dumped may not open of its own, unless it is root's.
        ProcessUsage.Open();
        if (OperatingSystem.IsLinux()) _ = Control(SetDumpable, 0, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);
}
