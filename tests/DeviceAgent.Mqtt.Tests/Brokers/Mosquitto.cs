using System.Net;
using System.Net.Sockets;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>mosquitto with a plain listener and one that asks for a client certificate.</summary>
public sealed class Mosquitto : IBroker, IAsyncLifetime
{
    internal const string Remedy = "apt-get install mosquitto mosquitto-clients";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mosquitto-");
    private BrokerProcess? _process;

    public int Port { get; private set; }

    public int TlsPort { get; private set; }

    internal TestCertificates Certificates { get; } = new();

    public async Task InitializeAsync()
    {
        Certificates.WriteServer(_folder.FullName);
        // A free port may be taken before mosquitto has it: by another of these, in a test that runs beside this one.
        for (var attempt = 1; ; attempt++)
        {
            (Port, TlsPort) = (FreePort(), FreePort());
            await ConfigureAsync();
            try
            {
                await StartAsync();
                return;
            }
            catch (BrokerEndedException) when (attempt < 5)
            {
                await StopAsync();
            }
        }
    }

    private async Task ConfigureAsync()
    {
        var acl = Path.Combine(_folder.FullName, "acl");
        await File.WriteAllTextAsync(acl, "topic readwrite #\ntopic deny forbidden/#\n");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "mosquitto.conf"), $"""
            user root
            persistence false
            sys_interval 0
            log_dest stderr
            allow_anonymous true
            acl_file {acl}
            listener {Port} 127.0.0.1
            {SecureListener("127.0.0.1")}
            {SecureListener("::1")}
            """);
    }

    private string SecureListener(string address) => $"""
        listener {TlsPort} {address}
        cafile {_folder.FullName}/ca.pem
        certfile {_folder.FullName}/server.pem
        keyfile {_folder.FullName}/server.key
        require_certificate true
        """;

    public async Task StartAsync()
    {
        var program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        _process = BrokerProcess.Start(program, Remedy, "-c", Path.Combine(_folder.FullName, "mosquitto.conf"));
        await _process.LineAsync(_process.Errors, line => line.EndsWith(" running", StringComparison.Ordinal));
    }

    public async Task StopAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _process = null;
    }

    public async Task DisposeAsync()
    {
        await StopAsync();
        Certificates.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
