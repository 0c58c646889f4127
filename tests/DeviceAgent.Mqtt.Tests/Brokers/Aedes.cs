using System.Runtime.CompilerServices;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>aedes, which speaks 3.1.1.</summary>
public sealed class Aedes : IBroker, IAsyncLifetime
{
    private BrokerProcess? _process;

    public int Port { get; private set; }

    public async Task InitializeAsync()
    {
        var folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "node"));
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules", "aedes")), "aedes is not installed: run `npm ci` in tests/node (scripts/test.sh does)");
        _process = BrokerProcess.Start("node", "install Node.js 20", Path.Combine(folder, "broker.mjs"));
        Port = int.Parse(await _process.LineAsync(_process.Output, line => int.TryParse(line, out _)));
    }

    public async Task DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
