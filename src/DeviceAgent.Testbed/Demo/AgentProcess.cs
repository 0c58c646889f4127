using System.Diagnostics;
using System.Runtime.InteropServices;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Demo;

/// <summary>The real agent as a child process, as systemd would run it. What it prints goes to <c>agent.log</c> beside its configuration.</summary>
internal sealed partial class AgentProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly string[] _complaints = ["Z warn: ", "Z error: ", "Z critical: "];

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private volatile Trouble? _lastComplaint;

    private AgentProcess(Process process, string logPath, TimeProvider time)
    {
        _process = process;
        _time = time;
        LogPath = logPath;
        _log = new StreamWriter(logPath, append: true) { AutoFlush = true };
    }

    public string LogPath { get; }

    public bool IsRunning => !_process.HasExited;

    /// <summary>The last warning or error that the agent logged; null when there was none.</summary>
    public Trouble? LastComplaint => _lastComplaint;

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt => _process.HasExited ? _process.ExitTime : null;

    /// <summary>Names another agent to start, e.g. the native one: a command with spaces between its words.</summary>
    public const string CommandVariable = "TEST_AGENT_COMMAND";

    /// <summary>The agent's program, built with the testbed and put beside it.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "agent", "device-agent.dll");

    /// <summary>How to start the agent: as <see cref="CommandVariable"/> says, else the host of the runtime that this process runs on, then <see cref="Program"/>.</summary>
    public static ProcessStartInfo StartInfo(params IEnumerable<string> arguments)
    {
        string[] command = Environment.GetEnvironmentVariable(CommandVariable) is { Length: > 0 } other
            ? other.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            : [Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet")), Program];
        var info = new ProcessStartInfo(command[0], [.. command[1..], .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A device has the operator's environment as little as the operator's keys.
        foreach (var name in info.Environment.Keys.Where(n => n.StartsWith("AWS_", StringComparison.Ordinal) || n.StartsWith("DEVICE_AGENT_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        return info;
    }

    public static AgentProcess Start(string configurationPath, TimeProvider time)
    {
        var process = new Process { StartInfo = StartInfo("run", "--config", configurationPath) };
        var agent = new AgentProcess(process, Path.Combine(Path.GetDirectoryName(configurationPath)!, "agent.log"), time);
        process.OutputDataReceived += (_, e) => agent.Note(e.Data);
        process.ErrorDataReceived += (_, e) => agent.Note(e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return agent;
    }

    /// <summary>Asks the agent to finish (SIGTERM) and waits; kills it when it has not ended in time.</summary>
    /// <returns>The exit code; null when it had to be killed.</returns>
    public async Task<int?> StopAsync(TimeSpan patience)
    {
        if (!_process.HasExited) _ = Kill(_process.Id, SigTerm);
        using var timeout = new CancellationTokenSource(patience, _time);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await StopAsync(TimeSpan.Zero);
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Note(string? line)
    {
        if (line is null) return;
        if (_complaints.Select(c => line.IndexOf(c, StringComparison.Ordinal)).FirstOrDefault(at => at >= 0, -1) is >= 0 and var begin)
            _lastComplaint = new Trouble(line[(begin + 1)..], _time.GetUtcNow());
        lock (_gate) _log.WriteLine(line);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
