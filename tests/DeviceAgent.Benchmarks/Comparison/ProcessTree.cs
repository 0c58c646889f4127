using System.Globalization;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>Memory of a process and those that it started, as <c>/proc</c> has it; 0 for one that has ended.</summary>
internal static class ProcessTree
{
    public static long Memory(int process) => Sum(process, "VmRSS:");

    /// <summary>The most that each of the present processes has had.</summary>
    public static long PeakMemory(int process) => Sum(process, "VmHWM:");

    private static long Sum(int process, string name)
    {
        var own = Read($"/proc/{process}/status").Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        var children = Read($"/proc/{process}/task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (own is null ? 0 : long.Parse(own, CultureInfo.InvariantCulture) * 1024) + children.Sum(c => Sum(int.Parse(c, CultureInfo.InvariantCulture), name));
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
