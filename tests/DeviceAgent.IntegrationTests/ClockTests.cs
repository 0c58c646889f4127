using System.Globalization;
using DeviceAgent.Rigs.Disks;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.IntegrationTests;

/// <summary>The agent on a device without a real-time clock: as a process under faketime, its monotonic clock untouched.</summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(3);
    private static readonly string[] Settings = ["source.kind=simulated", "source.intervalSeconds=0.1", "spool.groupCommitSeconds=0.2", "upload.maxDelaySeconds=0.5"];

    /// <summary>The provider cannot be reached for a while, and the agent is killed in it: what was read meanwhile lands under its true time.</summary>
    [Fact]
    public async Task Agent_StartedIn1970AndKilledBeforeItKnowsTheTime_UploadsEveryReadingUnderItsTrueTime()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault { Reset = true } });
        var began = DateTimeOffset.UtcNow;
        await using (var killed = Run(configuration, "@1970-01-01 00:00:10"))
        {
            await killed.WaitForOutputAsync("The time is not known yet");
            await killed.WaitForOutputAsync("Reading from");
            await UntilStoredAsync(Path.Combine(Path.GetDirectoryName(configuration)!, "state"), 6);
            await Command.RunAsync("kill", ["-KILL", $"{killed.ProcessId}"]);
            await killed.WaitForExitAsync();
        }

        await using var agent = Run(configuration, "@1970-01-01 00:00:10");
        var waiting = Waiting(await agent.WaitForLineAsync("waiting for upload: "));
        Assert.True(waiting > 5, agent.Output);
        await agent.WaitForOutputAsync("The time is not known yet");
        cloud.Cloud.Faults.Update(f => f with { Credentials = null });
        await cloud.WaitForRowsAsync("thermostat-01", waiting + 20, agent);
        Assert.Equal(0, await agent.TerminateAsync());
        var ended = DateTimeOffset.UtcNow;

        Assert.Contains("The time is known", agent.Output, StringComparison.Ordinal);
        Assert.Contains(" 0 waiting in the spool", agent.Output, StringComparison.Ordinal);
        var items = await cloud.ItemsAsync("thermostat-01");
        Assert.Equal(Delivered(agent.Output), items.Count);
        Assert.All(items, i => Assert.DoesNotContain("timestamp_estimated", i.Keys));
        var times = items.Select(i => DateTimeOffset.Parse(i["timestamp"].S, CultureInfo.InvariantCulture)).ToList();
        Assert.InRange(times[0], began - Tolerance, began + TimeSpan.FromSeconds(20));
        Assert.InRange(times[^1], ended - TimeSpan.FromSeconds(10), ended + Tolerance);
        Assert.Equal(times.Distinct().Order(), times);
        AssertEvenlySpaced(times.Take(waiting).ToList());
    }

    [Theory]
    [InlineData("+10y")]
    [InlineData("-40m")]
    public async Task Agent_ClockWrong_SignsAndStampsByTheServersTime(string offset)
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        var began = DateTimeOffset.UtcNow;
        await using var agent = Run(configuration, offset);
        await cloud.WaitForRowsAsync("thermostat-01", 15, agent);
        Assert.Equal(0, await agent.TerminateAsync());

        var items = await cloud.ItemsAsync("thermostat-01");
        Assert.All(items, i => Assert.InRange(DateTimeOffset.Parse(i["timestamp"].S, CultureInfo.InvariantCulture), began - Tolerance, DateTimeOffset.UtcNow + Tolerance));
        Assert.DoesNotContain("InvalidSignature", agent.Output, StringComparison.Ordinal);
    }

    private static RunningAgent Run(string configuration, string fakeTime) => RunningAgent.Run(
        configuration,
        Settings,
        new Dictionary<string, string>
        {
            ["LD_PRELOAD"] = FakeTimeLibrary(),
            ["FAKETIME"] = fakeTime,
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

            // Without it libfaketime turns the timeouts of waits on the monotonic clock, which it must not touch.
            ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
        });

    private static string FakeTimeLibrary()
    {
        var library = Directory.GetDirectories("/usr/lib", "*-linux-gnu*").Select(d => Path.Combine(d, "faketime", "libfaketime.so.1")).FirstOrDefault(File.Exists);
        Assert.True(library is not null, "faketime is not installed: apt install faketime (scripts/test.sh does)");
        return library;
    }

    /// <summary>Waits until so much was written: readings are piling up.</summary>
    private static async Task UntilStoredAsync(string stateDirectory, int readings)
    {
        using var patience = new CancellationTokenSource(RunningAgent.Patience);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (SpoolRows.Read(stateDirectory).Items.Count < readings) await poll.WaitForNextTickAsync(patience.Token);
    }

    private static int Waiting(string line) => int.Parse(line.Split("for upload: ")[1].Split(' ')[0], CultureInfo.InvariantCulture);

    private static int Delivered(string output) => int.Parse(output.Split("Upload stopped: ")[1].Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>What was read while the time was not known keeps its distances: a tenth of a second, but for the restart.</summary>
    private static void AssertEvenlySpaced(IReadOnlyList<DateTimeOffset> times)
    {
        var gaps = times.Zip(times.Skip(1), (a, b) => (b - a).TotalMilliseconds).Order().ToList();
        Assert.InRange(gaps[gaps.Count / 2], 50, 200);
    }
}
