using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Local;

/// <summary>
/// Kestrel behind one door, without the web host around it. Each door has a server and so its limits to itself: who uses up the
/// connections of the port cannot keep others from the socket.
/// </summary>
internal sealed class DoorServer : IAsyncDisposable
{
    private const double SlowestClient = 1024;

    private readonly KestrelServer _server;

    private DoorServer(KestrelServer server) => _server = server;

    /// <exception cref="EndpointException">The door cannot be opened.</exception>
    public static async Task<DoorServer> OpenAsync(Door door, DoorLimits limits, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = door.Bind }), loggers);
        var server = new KestrelServer(Options.Create(Configure(door, limits)), transport, loggers);
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

    private static KestrelServerOptions Configure(Door door, DoorLimits limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        var room = new ConnectionRoom(limits.Connections);

        // The room makes place; this is for what comes in faster than it can close.
        options.Limits.MaxConcurrentConnections = 2 * limits.Connections;
        options.Limits.MaxConcurrentUpgradedConnections = 0;
        options.Limits.MaxRequestLineSize = limits.HeaderBytes;
        options.Limits.MaxRequestHeadersTotalSize = limits.HeaderBytes;
        options.Limits.MaxRequestBufferSize = 64 * 1024;

        // RequestBody has the limit: Kestrel's own closes the connection under a client that still sends, which then misses the answer.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.RequestHeadersTimeout = limits.HeaderTimeout;
        options.Limits.KeepAliveTimeout = limits.KeepAlive;
        options.Limits.MinRequestBodyDataRate = new MinDataRate(SlowestClient, limits.TrickleGrace);
        options.Limits.MinResponseDataRate = new MinDataRate(SlowestClient, limits.TrickleGrace);
        if (door is Door.UnixSocket socket) options.Listen(SocketFile.Address(socket.Path), Listen);
        else options.ListenLocalhost(((Door.Loopback)door).Port, Listen);
        return options;

        void Listen(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => room.ServeAsync(connection, next));
        }
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var seat = context.Features.Get<ConnectionSeat>();
            seat?.Begin();
            try
            {
                await handler(context).ConfigureAwait(false);
            }
            finally
            {
                seat?.End();
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // The context owns nothing.
        }
    }
}
