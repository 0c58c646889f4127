using System.Text;
using DeviceAgent.Clock;
using DeviceAgent.Commands;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using DeviceAgent.Tests.Hosting;
using DeviceAgent.Tests.Local;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Commands;

public sealed class SpoolCommandTests
{
    private const string First = """{"serial_number":"s","timestamp":"2026-03-01T12:00:00.000Z","t":1}""";
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ClosedSpool_ExportedAndRequeued_WithoutAnAgentAndItsCertificate()
    {
        using var device = new TestDevice(TimeProvider.System);
        await FillAsync(device);
        File.Delete(Path.Combine(device.Folder, "device.key"));
        Assert.Equal((ExitCode.Ok, First + "\n", ""), await RunAsync(device, "export"));
        var (exit, letters, _) = await RunAsync(device, "export", "--dead-letters");
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("\"reason\":\"too big\"", letters, StringComparison.Ordinal);
        Assert.Contains("too big", (await RunAsync(device, "dead-letters")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, (await RunAsync(device, "requeue", "99")).Exit);
        Assert.Equal((ExitCode.Ok, "1 put back\n", ""), await RunAsync(device, "requeue", "--all"));
        Assert.Contains("\"count\":2,", (await RunAsync(device, "status", "--json")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ToAFile_HoldsAllLinesAndLeavesNothingBeside()
    {
        using var device = new TestDevice(TimeProvider.System);
        await FillAsync(device);
        var path = Path.Combine(device.Folder, "out.ndjson");
        Assert.Equal(ExitCode.Ok, (await RunAsync(device, "export", "--output", path)).Exit);
        Assert.Equal(First + "\n", await File.ReadAllTextAsync(path));
        Assert.False(File.Exists(path + ".partial"));
    }

    [Fact]
    public async Task RunningAgent_IsAskedThroughItsSocket()
    {
        using var device = new TestDevice(TimeProvider.System);
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Letters.Add(new DeadLetter(4, 1, Noon, Noon, "too big", Encoding.UTF8.GetBytes(First)));
        using (await endpoint.PostAsync(First)) Assert.Single(endpoint.Spool.Entries);
        string[] socket = ["--set", $"endpoint.socket={endpoint.SocketPath}"];
        Assert.Equal((ExitCode.Ok, First + "\n", ""), await RunAsync(device, ["export", .. socket]));
        Assert.Contains("the running agent", (await RunAsync(device, ["status", .. socket])).Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Ok, "1 put back\n", ""), await RunAsync(device, ["requeue", "4", .. socket]));
        Assert.Equal([4], endpoint.Spool.Requeued!);
        var (exit, output, _) = await InvokeAsync(["status", "--config", device.ConfigurationPath, .. socket]);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("for thing boiler-07", output, StringComparison.Ordinal);
    }

    /// <summary>Who looks changes nothing; who goes by the exit code loses nothing.</summary>
    [Theory]
    [InlineData("damaged", "is damaged")]
    [InlineData("emptied", "it has no content")]
    [InlineData("pipe", "is a named pipe, not a file")]
    public async Task SpoolThatCannotBeRead_IsRefusedAndLeftAsItIs(string kind, string words)
    {
        using var device = new TestDevice(TimeProvider.System);
        await FillAsync(device);
        var path = Directory.GetFiles(device.Folder, "spool.db", SearchOption.AllDirectories).Single();
        if (kind == "damaged") await File.WriteAllBytesAsync(path, [.. new byte[512], .. (await File.ReadAllBytesAsync(path)).Skip(512)]);
        else if (kind == "emptied") await File.WriteAllBytesAsync(path, []);
        else
        {
            File.Delete(path);
            using var mkfifo = System.Diagnostics.Process.Start("mkfifo", path);
            await mkfifo.WaitForExitAsync();
        }

        var before = Directory.GetFiles(Path.GetDirectoryName(path)!).Order().ToList();
        foreach (var command in new[] { "status", "export", "dead-letters" })
        {
            var (exit, output, error) = await RunAsync(device, command);
            Assert.Equal((ExitCode.SpoolUnusable, ""), (exit, output));
            Assert.Contains(words, error, StringComparison.Ordinal);
        }

        Assert.Equal(before, Directory.GetFiles(Path.GetDirectoryName(path)!).Where(f => !f.EndsWith(StateDirectory.LockName, StringComparison.Ordinal) || before.Contains(f)).Order());
    }

    [Fact]
    public async Task NoAgentAndNoSpool_SaySo()
    {
        using var device = new TestDevice(TimeProvider.System);
        var (exit, _, error) = await RunAsync(device, "status");
        Assert.Equal(ExitCode.SpoolUnusable, exit);
        Assert.Contains("there is no spool", error, StringComparison.Ordinal);
        (exit, _, error) = await InvokeAsync("status", "--config", device.ConfigurationPath);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("no agent listens", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("requeue")]
    [InlineData("requeue", "1", "--all")]
    [InlineData("requeue", "x")]
    public async Task Requeue_NeitherOrBoth_IsAWrongCommandLine(params string[] arguments)
    {
        using var device = new TestDevice(TimeProvider.System);
        Assert.Equal(ExitCode.Usage, (await RunAsync(device, arguments)).Exit);
    }

    private static async Task FillAsync(TestDevice device)
    {
        using var counted = new CountedMetrics();
        Directory.CreateDirectory(Path.Combine(device.Folder, "state"));
        await using var spool = new SqliteSpool(
            Path.Combine(device.Folder, "state", "spool.db"), new SpoolOptions(), BootClock.Current(TimeProvider.System), counted.Metrics, new LoopWatch(TimeProvider.System), NullLogger<SqliteSpool>.Instance);
        var entry = new SpoolEntry(SpoolClass.Critical, Noon, IsLive: false, Encoding.UTF8.GetBytes(First));
        await spool.AppendAsync(entry, CancellationToken.None);
        await spool.AppendAsync(entry, CancellationToken.None);
        var record = (await spool.PeekAsync(new SpoolQuery(2), CancellationToken.None))[1];
        await spool.MoveToDeadLettersAsync(record, "too big", CancellationToken.None);
    }

    private static Task<(ExitCode Exit, string Output, string Error)> RunAsync(TestDevice device, params string[] arguments) =>
        InvokeAsync(["spool", .. arguments, "--config", device.ConfigurationPath]);

    private static async Task<(ExitCode Exit, string Output, string Error)> InvokeAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exit = await AgentCommand.RunAsync(arguments, output, error);
        return (exit, output.ToString(), error.ToString());
    }
}
