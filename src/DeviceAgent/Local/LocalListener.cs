using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Local;

/// <summary>The limits of one listener: of a port, on both of its addresses, or of the socket.</summary>
internal sealed record ListenerLimits
{
    /// <summary>One more, and another is closed for it (<see cref="ConnectionLimiter"/>). Fewer where the process may have few descriptors.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>With fewer the listener is not opened.</summary>
    public int LeastConnections { get; init; } = 8;

    /// <summary>Request line and headers, each.</summary>
    public int HeaderBytes { get; init; } = 8 * 1024;

    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A client that sends or takes less than 1 KiB/s, after so long, is cut off.</summary>
    public TimeSpan TrickleGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>A listener that another feature adds.</summary>
/// <param name="Addresses">Where; each is opened by itself.</param>
/// <param name="Limits">Of all addresses together.</param>
/// <param name="Handler">Answers.</param>
/// <param name="Leak">What to do when somebody else had the address, and clients may have sent him what only the agent is to know.</param>
internal sealed record ExtraListener(IReadOnlyList<ListenAddress> Addresses, ListenerLimits Limits, RequestDelegate Handler, string Leak);

/// <summary>What the listeners use.</summary>
/// <param name="Peers">Tells whose a connection is.</param>
/// <param name="Time">For waits.</param>
/// <param name="Loggers">Kestrel's, too.</param>
internal sealed record ListenerServices(LoopbackPeer Peers, TimeProvider Time, ILoggerFactory Loggers);

/// <summary>
/// Kestrel on one address, without the web host around it. Each listener has a server and limits of its own: a client that uses up the
/// connections of the port cannot keep others from the socket.
/// </summary>
internal sealed class LocalListener : IAsyncDisposable
{
    private const double SlowestClient = 1024;

    private readonly KestrelServer _server;

    private LocalListener(KestrelServer server) => _server = server;

    /// <param name="address">For the log.</param>
    /// <param name="listening">Bound and listening; the listener's from now on.</param>
    /// <param name="limits">Of its connections.</param>
    /// <param name="limiter">Has their places.</param>
    /// <param name="handler">Answers.</param>
    /// <param name="services">What all listeners use.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<LocalListener> OpenAsync(
        ListenAddress address, Socket listening, ListenerLimits limits, ConnectionLimiter limiter, RequestDelegate handler, ListenerServices services, CancellationToken cancellationToken)
    {
        var transport = new LocalTransport(address, listening, limiter, services.Peers, services.Time, services.Loggers);
        var server = new KestrelServer(Options.Create(Configure(transport, limits)), transport, services.Loggers);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
            return new LocalListener(server);
        }
        catch
        {
            server.Dispose();
            listening.Dispose();
            throw;
        }
    }

    /// <summary>Takes no more requests, and waits for those in progress.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync()
    {
        _server.Dispose();
        return ValueTask.CompletedTask;
    }

    private static KestrelServerOptions Configure(LocalTransport transport, ListenerLimits limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
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
        options.Listen(transport.EndPoint, listen => listen.Protocols = HttpProtocols.Http1);
        return options;
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            var slot = context.Features.Get<ConnectionSlot>();
            slot?.Begin();
            try
            {
                await handler(context).ConfigureAwait(false);
            }
            finally
            {
                slot?.End(refused: context.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests);
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // The context owns nothing.
        }
    }
}
