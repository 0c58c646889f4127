using System.Diagnostics;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Benchmarks;

/// <summary>A program that may ask the agent for credentials.</summary>
internal static class LocalClient
{
    /// <summary>Makes a token with <c>device-agent clients add</c>; returns it.</summary>
    public static async Task<string> AddAsync(string configuration, string name, params IEnumerable<string> settings)
    {
        using var process = Process.Start(AgentProcess.StartInfo(["clients", "add", name, "--config", configuration, .. settings.SelectMany(s => new[] { "--set", s })]))!;
        var lines = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return await File.ReadAllTextAsync(lines.Split('\n')[1].Split('=')[1]);
    }
}
