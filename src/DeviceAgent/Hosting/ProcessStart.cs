using System.Runtime.InteropServices;

namespace DeviceAgent.Hosting;

/// <summary>What a daemon sees to before all else, while one thread runs, whatever state its parent left it in.</summary>
internal static partial class ProcessStart
{
    private const int PrivateFiles = 0b000_111_111;
    private const int ReadAndWrite = 2;
    private const int LastStandardStream = 2;
    private const int FileSizeExceeded = 25;
    private const nint Ignored = 1;

    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) return;
        OpenStandardStreams();

        // What the process makes from now on is for its own user alone, unless a mode is asked for.
        _ = SetMask(PrivateFiles);

        // A write beyond the file size that the process may have (ulimit -f) fails (EFBIG) as on a full disk, instead of ending the process.
        _ = OnSignal(FileSizeExceeded, Ignored);
    }

    /// <summary>A standard stream that was closed would be the next file that is opened, and the log would go into that: it leads nowhere instead.</summary>
    private static void OpenStandardStreams()
    {
        // The kernel gives the lowest number that is free.
        int descriptor;
        do descriptor = Open("/dev/null", ReadAndWrite);
        while (descriptor is >= 0 and <= LastStandardStream);
        if (descriptor >= 0) _ = Close(descriptor);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "umask")]
    private static partial uint SetMask(uint mask);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint OnSignal(int signal, nint handler);
}
