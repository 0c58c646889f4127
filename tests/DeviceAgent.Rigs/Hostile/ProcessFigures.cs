using System.Globalization;

namespace DeviceAgent.Rigs.Hostile;

/// <summary>What the kernel says of a process; of the agent only to root, because its memory is protected.</summary>
internal static class ProcessFigures
{
    public static int Descriptors(int process) => Directory.GetFiles($"/proc/{process}/fd").Length;

    /// <summary>Memory in RAM, in bytes.</summary>
    public static long Resident(int process) =>
        1024 * long.Parse(File.ReadLines($"/proc/{process}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
