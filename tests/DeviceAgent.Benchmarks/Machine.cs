using System.Runtime.InteropServices;

namespace DeviceAgent.Benchmarks;

/// <summary>What was measured on.</summary>
internal static class Machine
{
    public static void Describe(TextWriter output)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var processors = File.ReadLines("/proc/cpuinfo").Count(l => l.StartsWith("processor", StringComparison.Ordinal));
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        output.WriteLine($"{model ?? RuntimeInformation.ProcessArchitecture.ToString()}, {processors} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; load average {load} at the start");
        output.WriteLine();
    }
}
