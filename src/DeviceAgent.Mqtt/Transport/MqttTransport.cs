using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Mqtt.Transport;

/// <summary>The way from options to a stream: TCP, perhaps a proxy's tunnel, perhaps TLS.</summary>
internal static class MqttTransport
{
    /// <exception cref="MqttConnectException">A step failed.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public static async Task<Stream> OpenAsync(MqttClientOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var host = new DnsEndPoint(options.Proxy?.Host ?? options.Host, options.Proxy?.Port ?? options.Port);
        var stream = await ConnectAsync(host, options.Proxy is null ? "" : "The proxy ", options.ConnectCallback ?? ConnectAsync, cancellationToken).ConfigureAwait(false);
        try
        {
            if (options.Proxy is { } proxy)
                await HttpProxyTunnel.OpenAsync(stream, proxy, options.Host, options.Port, cancellationToken).ConfigureAwait(false);
            return options.Tls is null ? stream : await SecureAsync(stream, options, options.Tls, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(
        DnsEndPoint host, string what, Func<DnsEndPoint, CancellationToken, Task<Stream>> connect, CancellationToken cancellationToken)
    {
        try
        {
            return await connect(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new MqttConnectException(
                MqttConnectFailure.Network, $"{what}{host.Host}:{host.Port} cannot be reached ({e.SocketErrorCode}).", RemedyFor(e.SocketErrorCode), e);
        }
    }

    private static async Task<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(
        Stream stream, MqttClientOptions options, MqttTlsOptions tls, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(TlsHandshake.OptionsFor(options, tls, timeProvider), cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw new MqttConnectException(
                MqttConnectFailure.Tls, $"The TLS handshake with {options.Host}:{options.Port}{Way(options)} failed: {PrintableText.Of((e.InnerException?.Message ?? e.Message).TrimEnd('.'))}.",
                "Check the trusted roots, the device's certificate and key, the clock, and that the port is the one for MQTT over TLS.", e);
        }
    }

    /// <summary>Says in a message that there is a proxy on the way.</summary>
    public static string Way(MqttClientOptions options) => options.Proxy is { } proxy ? $" through the proxy {proxy.Host}:{proxy.Port}" : "";

    private static string RemedyFor(SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "Check the name and the name server.",
        SocketError.ConnectionRefused => "Check the port, and that the server runs.",
        _ => "Check the network and the firewall (outgoing TCP to the port).",
    };
}
