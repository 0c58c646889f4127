using System.Diagnostics;

namespace DeviceAgent.Rigs.Support;

/// <summary>dynalite, a DynamoDB that we did not write, on a loopback port.</summary>
internal sealed class Dynalite : IAsyncDisposable
{
    private readonly Process _process;

    private Dynalite(Process process, int port)
    {
        _process = process;
        Url = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Url { get; }

    public static async Task<Dynalite> StartAsync()
    {
        var program = Repository.File("tests", "node", "node_modules", "dynalite", "cli.js");
        Assert.True(File.Exists(program), "dynalite is not installed: run `npm ci` in tests/node (scripts/test.sh does)");
        var port = FreePort.Next();
        var process = Command.Start("node", [program, "--host", "127.0.0.1", "--port", $"{port}", "--createTableMs", "0"], null, null);
        process.StandardInput.Close();
        // It says where it listens as soon as it does.
        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (line is null) Assert.Fail($"dynalite did not start: {await process.StandardError.ReadToEndAsync()}");
        return new Dynalite(process, port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
