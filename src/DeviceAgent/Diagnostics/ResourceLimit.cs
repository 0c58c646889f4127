using System.Runtime.InteropServices;

namespace DeviceAgent.Diagnostics;

/// <summary>What the process may use of something, as the kernel has it (getrlimit(2)): <c>ulimit</c> of a shell, <c>Limit...=</c> of a unit.</summary>
/// <param name="Soft">What counts.</param>
/// <param name="Hard">To what the process may raise it.</param>
[StructLayout(LayoutKind.Sequential)]
internal partial record struct ResourceLimit(nuint Soft, nuint Hard)
{
    /// <summary>Descriptors.</summary>
    public const int OpenFiles = 7;

    /// <summary>Bytes of address space, used or not.</summary>
    public const int AddressSpace = 9;

    /// <summary>Null when the kernel does not tell.</summary>
    public static ResourceLimit? Of(int resource) => OperatingSystem.IsLinux() && Get(resource, out var limit) == 0 ? limit : null;

    /// <summary>The same, after the soft limit was raised to the hard one where that is allowed.</summary>
    public static ResourceLimit? Raised(int resource)
    {
        if (Of(resource) is not { } limit) return null;
        var raised = limit with { Soft = limit.Hard };
        return limit.Soft < limit.Hard && Set(resource, raised) == 0 ? raised : limit;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in ResourceLimit limit);
}
