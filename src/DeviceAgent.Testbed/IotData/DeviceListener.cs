using System.Net;
using System.Net.Security;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.IotData;

/// <summary>
/// The endpoint of devices: AWS IoT's ports 8883, 8443 and 443 in one. Behind mutual TLS it speaks MQTT or HTTP: by ALPN where the client
/// sends it, else by the first byte, which is that of a CONNECT or of a method.
/// </summary>
internal sealed class DeviceListener(
    CertificateAuthority authority, RegistryService registry, FaultSwitches faults, MqttBroker broker, TimeProvider time, ILogger<DeviceListener> logger)
{
    /// <summary>MQTT with a client certificate, on AWS's port 443.</summary>
    public static readonly SslApplicationProtocol Mqtt = new("x-amzn-mqtt-ca");

    /// <summary>HTTPS with a client certificate, on AWS's port 443.</summary>
    public static readonly SslApplicationProtocol Http = new("x-amzn-http-ca");

    private const byte ConnectPacket = 0x10;
    private static readonly TimeSpan FirstByteTimeout = TimeSpan.FromSeconds(10);

    public void Configure(ListenOptions listen)
    {
        new DeviceTls(authority, registry, faults, [Mqtt, Http, SslApplicationProtocol.Http11], time, logger).Configure(listen);
        listen.Use(next => connection => ServeAsync(connection, next));
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (!await SpeaksMqttAsync(connection))
        {
            await next(connection);
            return;
        }

        var certificate = connection.Features.GetRequiredFeature<ITlsConnectionFeature>().ClientCertificate!;
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";
        if (!await broker.ServeAsync(connection.Transport, CertificateIds.Of(certificate), address, connection.ConnectionClosed)) connection.Abort();
    }

    private async Task<bool> SpeaksMqttAsync(ConnectionContext connection)
    {
        var protocol = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        if (!protocol.IsEmpty) return protocol.Span.SequenceEqual(Mqtt.Protocol.Span);
        using var patience = new CancellationTokenSource(FirstByteTimeout, time);
        try
        {
            var input = connection.Transport.Input;
            var read = await input.ReadAsync(patience.Token);
            var isMqtt = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == ConnectPacket;
            input.AdvanceTo(read.Buffer.Start);
            return isMqtt;
        }
        catch (OperationCanceledException)
        {
            connection.Abort(new ConnectionAbortedException("Nothing came after the handshake."));
            return false;
        }
    }
}
