using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DeviceAgent.Local;

/// <summary>Where the agent listens for other programs on the device.</summary>
internal abstract record ListenAddress
{
    private ListenAddress()
    {
    }

    /// <summary>The Unix socket: who may use it is decided by its file's mode.</summary>
    internal sealed record UnixSocket(string Path, UnixFileMode Mode) : ListenAddress
    {
        public override string ToString() => Path;
    }

    /// <summary>A port on 127.0.0.1 and ::1: everybody on the device can reach it, a browser's pages included.</summary>
    /// <param name="Port">1 to 65535.</param>
    /// <param name="HopLimit">The TTL of the answers' packets, 1 to 255; null: the system's.</param>
    internal sealed record Loopback(int Port, int? HopLimit = null) : ListenAddress
    {
        public override string ToString() => $"port {Port} of 127.0.0.1 and ::1";
    }

    /// <summary>A bound socket for each IP address of the listener.</summary>
    public Socket Bind(EndPoint address)
    {
        if (this is UnixSocket unix) return SocketFile.Bind((UnixDomainSocketEndPoint)address, unix.Path, unix.Mode);
        if (address is not IPEndPoint ip || !IPAddress.IsLoopback(ip.Address)) throw new EndpointException($"{address} is not a loopback address");
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;

            // What is accepted takes the limit over.
            if (this is Loopback { HopLimit: { } hops }) socket.Ttl = (short)hops;
            socket.Bind(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The limits of one listener.</summary>
internal sealed record ListenerLimits
{
    /// <summary>One more, and the oldest that has no request in progress is closed.</summary>
    public int Connections { get; init; } = 64;

    /// <summary>Request line and headers, each.</summary>
    public int HeaderBytes { get; init; } = 8 * 1024;

    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A client that sends or takes less than 1 KiB/s, after so long, is cut off.</summary>
    public TimeSpan TrickleGrace { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>A listener that another feature adds, with its handler.</summary>
internal sealed record ExtraListener(ListenAddress Address, ListenerLimits Limits, RequestDelegate Handler);

/// <summary>
/// Kestrel on one address, without the web host around it. Each listener has a server and limits of its own: a client that uses up the
/// connections of the port cannot keep others from the socket.
/// </summary>
internal sealed class LocalListener : IAsyncDisposable
{
    private const double SlowestClient = 1024;

    private readonly KestrelServer _server;

    private LocalListener(KestrelServer server) => _server = server;

    /// <exception cref="EndpointException">The address cannot be opened.</exception>
    public static async Task<LocalListener> OpenAsync(ListenAddress address, ListenerLimits limits, RequestDelegate handler, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions { CreateBoundListenSocket = address.Bind }), loggers);
        var server = new KestrelServer(Options.Create(Configure(address, limits)), transport, loggers);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
            return new LocalListener(server);
        }
        catch (IOException e)
        {
            server.Dispose();
            throw new EndpointException($"{address} cannot be opened: {e.Message} Stop the process that has it, or change the section endpoint.", e);
        }
        catch (EndpointException)
        {
            server.Dispose();
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

    private static KestrelServerOptions Configure(ListenAddress address, ListenerLimits limits)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        var limiter = new ConnectionLimiter(limits.Connections);

        // The limiter closes idle ones; this is for what comes in faster than it can close.
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
        if (address is ListenAddress.UnixSocket socket) options.Listen(SocketFile.Address(socket.Path), Listen);
        else options.ListenLocalhost(((ListenAddress.Loopback)address).Port, Listen);
        return options;

        void Listen(ListenOptions listen)
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => limiter.ServeAsync(connection, next));
        }
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
                slot?.End();
            }
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // The context owns nothing.
        }
    }
}

/// <summary>The endpoint cannot be opened; the message says why and what to do.</summary>
internal sealed class EndpointException : Exception
{
    public EndpointException()
    {
    }

    public EndpointException(string message) : base(message)
    {
    }

    public EndpointException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
