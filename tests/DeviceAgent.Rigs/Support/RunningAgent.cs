using System.Diagnostics;
using System.Text;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Rigs.Support;

/// <summary>The agent as a process; everything it prints is kept and can be waited for.</summary>
internal sealed class RunningAgent : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningAgent(Process process) => _process = process;

    /// <summary>Whether the agent that is started is the one that ships, and not the JIT build, which costs more.</summary>
    public static bool IsNative => Environment.GetEnvironmentVariable(AgentProcess.CommandVariable) is { Length: > 0 };

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Starts <c>device-agent</c> with the arguments, with no AWS variables but those given.</summary>
    /// <param name="arguments">The agent's.</param>
    /// <param name="environment">More variables.</param>
    /// <param name="under">A program with its arguments that becomes the agent, e.g. prlimit.</param>
    public static RunningAgent Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, params string[] under)
    {
        var info = AgentProcess.StartInfo(arguments);
        if (under.Length > 0)
        {
            List<string> own = [.. under[1..], info.FileName, .. info.ArgumentList];
            info.FileName = under[0];
            info.ArgumentList.Clear();
            own.ForEach(info.ArgumentList.Add);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) info.Environment[name] = value;
        var process = new Process { StartInfo = info };
        var agent = new RunningAgent(process);
        process.OutputDataReceived += (_, e) => agent.Note(e.Data);
        process.ErrorDataReceived += (_, e) => agent.Note(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return agent;
    }

    public static RunningAgent Run(string configuration, params IEnumerable<string> settings) =>
        Run(configuration, settings, null);

    public static RunningAgent Run(string configuration, IEnumerable<string> settings, IReadOnlyDictionary<string, string>? environment, params string[] under) =>
        Start(["run", "--config", configuration, .. settings.SelectMany(s => new[] { "--set", s })], environment, under);

    /// <summary>Waits until the agent has printed the text.</summary>
    public Task WaitForOutputAsync(string text) => WaitForLineAsync(text);

    /// <summary>The same; gives the line in which it stands.</summary>
    public async Task<string> WaitForLineAsync(string text)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            Task more;
            lock (_output)
            {
                if (_output.ToString().Split('\n').SkipLast(1).FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal)) is { } line) return line;
                more = _more.Task;
            }

            try
            {
                await more.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"the agent did not print '{text}' but:\n{Output}");
            }
        }
    }

    public async Task<int> WaitForExitAsync(TimeSpan? patience = null)
    {
        using var timeout = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the agent did not end:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>SIGTERM, as systemd stops a service.</summary>
    public async Task<int> TerminateAsync()
    {
        await Command.RunAsync("kill", ["-TERM", $"{_process.Id}"]);
        return await WaitForExitAsync();
    }

    /// <summary>SIGKILL, unless it has ended.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null) return;
        TaskCompletionSource more;
        lock (_output)
        {
            _output.AppendLine(line);
            more = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        more.SetResult();
    }
}
