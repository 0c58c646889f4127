using System.Runtime.InteropServices;
using DeviceAgent.Diagnostics;

namespace DeviceAgent.Local;

/// <summary>
/// How many connections the listeners may hold: what the process may have of descriptors (RLIMIT_NOFILE), less what the agent needs for itself. One
/// too many ends the process, readings and all.
/// </summary>
/// <param name="Limit">Descriptors that the process may have.</param>
/// <param name="Used">Those that are open when the listeners are opened.</param>
internal sealed partial record DescriptorBudget(long Limit, int Used)
{
    /// <summary>For connections to AWS, the spool, sensors, state files and commands: more than were ever seen beside the idle agent's.</summary>
    public const int Reserve = 64;

    /// <summary>Where the kernel does not tell.</summary>
    private const uint Usual = 1024;

    private const int GetFlags = 1;

    /// <summary>Nobody looks further for open descriptors: where more are allowed, nothing is short.</summary>
    private const int Looked = 4096;

    /// <summary>Connections for all listeners together.</summary>
    public long Free => Math.Max(0, Limit - Used - Reserve);

    /// <summary>Raises the soft limit to the hard one, and counts what is open.</summary>
    public static DescriptorBudget Measure()
    {
        if (!OperatingSystem.IsLinux()) return new DescriptorBudget(long.MaxValue / 2, 0);
        var most = (long)Math.Min(ResourceLimit.Raised(ResourceLimit.OpenFiles)?.Soft ?? Usual, int.MaxValue);
        return new DescriptorBudget(most, Enumerable.Range(0, (int)Math.Min(most, Looked)).Count(d => Control(d, GetFlags) >= 0));
    }

    /// <summary>
    /// Shares out what is free: each listener gets what it wants, or of too little its part. Where the least of all is not there, the last ones get none; the first
    /// always gets some, of what the agent needs for itself.
    /// </summary>
    /// <returns>Connections of each listener; 0: it must not be opened.</returns>
    public IReadOnlyList<int> Share(IReadOnlyList<ListenerLimits> listeners)
    {
        for (var count = listeners.Count; count > 1; count--)
        {
            if (Share([.. listeners.Take(count)], Free) is { } shares) return [.. shares, .. Enumerable.Repeat(0, listeners.Count - count)];
        }

        return [.. listeners.Take(1).Select(l => Free >= l.LeastConnections ? (int)Math.Min(Free, l.Connections) : (int)Math.Clamp((Limit - Used) / 4, 1, l.LeastConnections)), .. listeners.Skip(1).Select(_ => 0)];
    }

    /// <summary>To each its least, and its part of the rest; null where not even the least is there.</summary>
    private static List<int>? Share(List<ListenerLimits> listeners, long free)
    {
        long rest = free - listeners.Sum(l => l.LeastConnections), wanted = listeners.Sum(l => l.Connections - l.LeastConnections);
        if (rest < 0) return null;
        return [.. listeners.Select(l => wanted <= rest ? l.Connections : l.LeastConnections + (int)((l.Connections - l.LeastConnections) * rest / wanted))];
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(int descriptor, int command);
}
