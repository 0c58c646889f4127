using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>
/// A program on the processor that is kept for it. Its processor time is what the kernel has counted for the children of this process when it has
/// ended, so one such process ends at a time, and nothing else is started meanwhile.
/// </summary>
internal sealed partial class MeasuredProcess : IAsyncDisposable
{
    private const int Children = -1;

    /// <summary>The beginnings of variables that no device has: each of them makes somebody slower.</summary>
    private static readonly string[] _foreign = ["AWS_", "DEVICE_AGENT_", "SSL_CERT_", "NODE_", "REQUESTS_CA_", "CURL_CA_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"];

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly double _before;

    private MeasuredProcess(ProcessStartInfo info)
    {
        _before = ChildrenSeconds();
        StartedAt = Stopwatch.GetTimestamp();
        _process = Process.Start(info)!;
        _process.OutputDataReceived += Note;
        _process.ErrorDataReceived += Note;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public long StartedAt { get; }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <param name="command">Program and arguments.</param>
    /// <param name="environment">Variables that are added; what no device has is taken away.</param>
    /// <param name="core">The processor to stay on; null for any.</param>
    public static MeasuredProcess Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, int? core)
    {
        IReadOnlyList<string> all = core is { } n ? ["taskset", "-c", n.ToString(CultureInfo.InvariantCulture), .. command] : command;
        var info = new ProcessStartInfo(all[0], all.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in info.Environment.Keys.Where(v => _foreign.Any(f => v.StartsWith(f, StringComparison.OrdinalIgnoreCase))).ToList()) info.Environment.Remove(name);
        foreach (var (name, value) in environment) info.Environment[name] = value;
        return new MeasuredProcess(info);
    }

    /// <summary>Waits for the end of it, which must be a good one.</summary>
    public async Task<Consumption> EndAsync()
    {
        var peak = 0L;
        using var timeout = new CancellationTokenSource(_patience);
        var exit = _process.WaitForExitAsync(timeout.Token);
        using var look = new PeriodicTimer(_look);
        while (!exit.IsCompleted)
        {
            peak = Math.Max(peak, ProcessTree.PeakMemory(Id));
            await Task.WhenAny(exit, look.WaitForNextTickAsync(timeout.Token).AsTask());
        }

        if (!exit.IsCompletedSuccessfully) throw new InvalidOperationException($"{_process.StartInfo.FileName} did not end:\n{Output}");
        if (_process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', _process.StartInfo.ArgumentList)}: exit code {_process.ExitCode}\n{Output}");
        return new Consumption(ChildrenSeconds() - _before, peak);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Note(object sender, DataReceivedEventArgs e)
    {
        lock (_output) _output.AppendLine(e.Data);
    }

    private static double ChildrenSeconds()
    {
        _ = GetResourceUsage(Children, out var usage);
        return usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6);
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetResourceUsage(int who, out ResourceUsage usage);

    /// <summary>struct rusage of 64-bit Linux: 144 bytes, of which the two times are read.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}

/// <summary>What a process cost.</summary>
/// <param name="Processor">User and system time in seconds, start and end included.</param>
/// <param name="PeakMemory">The most that was resident at once, in bytes; of a tree of processes the sum.</param>
internal sealed record Consumption(double Processor, long PeakMemory);
