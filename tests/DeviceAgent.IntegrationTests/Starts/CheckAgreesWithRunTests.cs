using System.Collections.Concurrent;
using System.Diagnostics;
using DeviceAgent.IntegrationTests.Identity;
using DeviceAgent.Rigs.Support;
using DeviceAgent.TestSupport;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>
/// What ends <c>run</c> at its start ends <c>check</c> in the same way and with the same words, and what <c>check</c> calls valid starts. <c>check</c> leaves
/// every file as it is. Two at a time.
/// </summary>
public sealed class CheckAgreesWithRunTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Circumstances_Always_AreAtLeastFortyThatStopTheAgent() => Assert.True(BrokenStarts.All.Count >= 40, $"{BrokenStarts.All.Count}");

    [Fact]
    public async Task Check_OfAStartThatIsRefused_EndsAsRunDoesWithTheSameWords()
    {
        var faults = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(BrokenStarts.All, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (start, _) =>
        {
            try
            {
                await RefusedAsync(start);
            }
            catch (Exception e)
            {
                faults.Add($"{start.Name}: {e.Message}");
            }
        });
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
    }

    [Fact]
    public async Task Check_OfAStartThatIsGood_CallsItValidAndTheAgentBecomesReady()
    {
        var faults = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(GoodStarts.All, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (start, _) =>
        {
            try
            {
                await StartsAsync(start);
            }
            catch (Exception e)
            {
                faults.Add($"{start.Name}: {e.Message}");
            }
        });
        Assert.True(faults.IsEmpty, string.Join("\n\n", faults));
    }

    /// <summary>A configuration is checked before the running agent is told to read it again.</summary>
    [Fact]
    public async Task Check_WhileTheAgentRuns_IsNotDisturbedByItAndDoesNotDisturbIt()
    {
        using var device = new DeviceFolder();
        device.Finish();
        await using var systemd = NotifySocket.Abstract();
        using var run = Start(device, "run", systemd);
        await ReadyAsync(systemd, run);

        var check = await EndAsync(Start(device, "check"));

        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.Equal(0, (await TerminateAsync(run)).ExitCode);
    }

    [Theory]
    [InlineData("?pin-value=canary-wrong", 0)]
    [InlineData("", 0)]
    [InlineData("?pin-source=file:none", 0)]
    [InlineData("?pin-value=x&module-path=/no/such/module.so", 1)]
    public async Task Check_HardwareThatRefuses_EndsAsRunDoesWithTheSameWords(string query, int absent)
    {
        using var token = await Token.CreateAsync();
        await RefusedAsync(new BrokenStart($"hardware {query}", "privateKeyPath", device =>
        {
            // The modules of smart cards make it, whoever calls them.
            Directory.CreateDirectory(device.PathOf("home/.cache"));
            device.Settings["privateKeyPath"] = Token.Uri(absent == 0 ? "ec" : "none") + query;
            foreach (var (name, value) in token.Environment) device.Environment[name] = value;
        }));
    }

    private static async Task RefusedAsync(BrokenStart start)
    {
        using var device = new DeviceFolder();
        start.Break(device);
        device.Finish();
        var there = FolderSnapshot.Of(device.Root);
        var check = await EndAsync(Start(device, "check"));
        var changed = FolderSnapshot.Of(device.Root) != there;
        var run = await EndAsync(Start(device, "run"));

        Assert.True(start.ExitCode == run.ExitCode, $"run ended with {run.ExitCode}:\n{run.Output}{run.Error}");
        Assert.True(run.ExitCode == check.ExitCode, $"check ended with {check.ExitCode}:\n{check.Output}{check.Error}\nrun with {run.ExitCode}:\n{run.Output}{run.Error}");
        Assert.Equal(run.Error, check.Error);
        Assert.Equal(("", ""), (run.Output, check.Output));
        Assert.Contains(start.Words, check.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", check.Error, StringComparison.Ordinal);
        Assert.False(changed, "check changed files");
    }

    private static async Task StartsAsync(GoodStart start)
    {
        using var device = new DeviceFolder();
        start.Prepare(device);
        device.Finish();
        var there = FolderSnapshot.Of(device.Root);
        var check = await EndAsync(Start(device, "check"));
        Assert.True(check.ExitCode == 0, $"check ended with {check.ExitCode}:\n{check.Output}{check.Error}");
        Assert.Contains("configuration is valid", check.Output, StringComparison.Ordinal);
        if (start.Warning is { } warning) Assert.Contains(warning, check.Error, StringComparison.Ordinal);
        else Assert.Equal("", check.Error);
        Assert.Equal(there, FolderSnapshot.Of(device.Root));

        await using var systemd = NotifySocket.Abstract();
        using var process = Start(device, "run", systemd);
        await ReadyAsync(systemd, process);
        var run = await TerminateAsync(process);
        Assert.True(run.ExitCode == 0, $"run ended with {run.ExitCode}:\n{run.Output}{run.Error}");
        start.After?.Invoke(device);
    }

    private static Running Start(DeviceFolder device, string command, NotifySocket? systemd = null)
    {
        var info = device.StartInfo(command);
        foreach (var (name, value) in systemd?.Environment() ?? []) info.Environment[name] = value;
        return new Running(Process.Start(info)!);
    }

    private static async Task ReadyAsync(NotifySocket systemd, Running agent)
    {
        var ready = systemd.WaitForAsync("READY=1");
        if (await Task.WhenAny(ready, agent.Process.WaitForExitAsync()) == ready) await ready;
        else Assert.Fail($"run ended with {agent.Process.ExitCode}:\n{(await EndAsync(agent)).Error}");
    }

    private static async Task<CommandResult> TerminateAsync(Running agent)
    {
        (await Command.RunAsync("kill", ["-TERM", $"{agent.Process.Id}"])).Succeeded();
        return await EndAsync(agent);
    }

    private static async Task<CommandResult> EndAsync(Running running)
    {
        using (running)
        {
            using var timeout = new CancellationTokenSource(Patience);
            try
            {
                await running.Process.WaitForExitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                running.Process.Kill();
                Assert.Fail($"it did not end:\n{await running.Output}{await running.Error}");
            }

            return new CommandResult(running.Process.ExitCode, await running.Output, await running.Error);
        }
    }

    /// <summary>A process whose output is read as it comes.</summary>
    private sealed class Running : IDisposable
    {
        private int _disposed;

        public Running(Process process)
        {
            Process = process;
            process.StandardInput.Close();
            (Output, Error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        }

        public Process Process { get; }

        public Task<string> Output { get; }

        public Task<string> Error { get; }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
            if (!Process.HasExited) Process.Kill();
            Process.Dispose();
        }
    }
}
