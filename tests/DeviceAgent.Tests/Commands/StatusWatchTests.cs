using System.CommandLine;
using System.IO.Pipes;
using DeviceAgent.Commands;
using DeviceAgent.Tests.Hosting;

namespace DeviceAgent.Tests.Commands;

/// <summary><c>device-agent status --watch</c> whose output another program reads.</summary>
public sealed class StatusWatchTests
{
    [Fact]
    public void IsReaderGone_PipeIsClosedAtTheOtherEnd_IsTrue()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        using (new AnonymousPipeClientStream(PipeDirection.In, pipe.ClientSafePipeHandle)) Assert.False(Terminal.IsReaderGone(pipe.SafePipeHandle));
        Assert.Equal(OperatingSystem.IsLinux(), Terminal.IsReaderGone(pipe.SafePipeHandle));
    }

    /// <summary>Standard output is for the JSON alone.</summary>
    [Fact]
    public async Task Watch_ReaderIsGoneAndNoAgent_EndsAndSaysSoAsAnErrorOnly()
    {
        using var device = new TestDevice(TimeProvider.System);
        await using var output = new ClosedWriter();
        await using var error = new StringWriter();
        var exit = await StatusCommand.Create().Parse(["--watch", "--json", "--config", device.ConfigurationPath, "--set", $"endpoint.socket={Path.Combine(device.Folder, "none.sock")}"])
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        Assert.Equal((0, ""), (exit, output.ToString()));
        Assert.Contains("no agent listens on", error.ToString(), StringComparison.Ordinal);
    }

    private sealed class ClosedWriter : StringWriter
    {
        public override Task FlushAsync(CancellationToken cancellationToken) => Task.FromException(new IOException("Broken pipe"));
    }
}
