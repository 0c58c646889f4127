using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceAgent.LocalEndpoint;

/// <summary>
/// Kestrel behind one door, without the web host around it. Each door has a server and so its limits to itself: who uses up the
/// connections of the port cannot keep others from the socket.
/// </summary>
internal sealed class DoorServer : IAsyncDisposable
{
    public const int MaxConnections = 64;

    private const int MaxHeaderBytes = 8 * 1024;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    /// <summary>A client that sends or takes less is cut off: one that trickles must not hold a connection.</summary>
    private static readonly MinDataRate SlowestClient = new(bytesPerSecond: 1024, gracePeriod: TimeSpan.FromSeconds(5));

    private readonly KestrelServer _server;

    private DoorServer(KestrelServer server) => _server = server;

    /// <exception cref="EndpointException">The door cannot be opened.</exception>
    public static async Task<DoorServer> OpenAsync(Door door, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = door.Bind }), loggers);
        var server = new KestrelServer(Options.Create(Configure(door)), transport, loggers);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
            return new DoorServer(server);
        }
        catch (IOException e)
        {
            server.Dispose();
            throw new EndpointException($"{door} cannot be opened: {e.Message} Stop the process that has it, or change the section endpoint.", e);
        }
        catch (EndpointException)
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more requests, and waits for those that are under way.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static KestrelServerOptions Configure(Door door)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestLineSize = MaxHeaderBytes;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        options.Limits.MaxRequestBufferSize = 64 * 1024;
        options.Limits.MaxRequestBodySize = RequestBody.MaxBytes;
        options.Limits.RequestHeadersTimeout = HeaderTimeout;
        options.Limits.KeepAliveTimeout = KeepAlive;
        options.Limits.MinRequestBodyDataRate = SlowestClient;
        options.Limits.MinResponseDataRate = SlowestClient;
        if (door is Door.UnixSocket socket) options.Listen(SocketFile.Address(socket.Path), OverHttp1);
        else options.ListenLocalhost(((Door.Loopback)door).Port, OverHttp1);
        return options;
    }

    private static void OverHttp1(ListenOptions listen) => listen.Protocols = HttpProtocols.Http1;

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // The context owns nothing.
        }
    }
}
