using System.Diagnostics;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>A broker's process; it ends with this.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private readonly Process _process;

    private BrokerProcess(Process process) => _process = process;

    /// <summary>Starts it; fails when the program is missing.</summary>
    public static BrokerProcess Start(string program, string remedy, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return new BrokerProcess(Process.Start(start)!);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Fail($"{program} cannot be started ({e.Message}): {remedy}");
            throw;
        }
    }

    /// <summary>The first line, on either output, that is the wanted one. What comes after it is read and dropped.</summary>
    public async Task<string> LineAsync(StreamReader output, Func<string, bool> wanted)
    {
        var seen = new List<string>();
        while (await output.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            seen.Add(line);
            if (!wanted(line)) continue;
            _ = output.ReadToEndAsync();
            return line;
        }

        throw new BrokerEndedException($"{_process.StartInfo.FileName} ended: {string.Join(" | ", seen)} {await _process.StandardError.ReadToEndAsync()}");
    }

    public StreamReader Output => _process.StandardOutput;

    public StreamReader Errors => _process.StandardError;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
