using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// Accepts the connections of one listening socket for Kestrel. Kestrel's own loop tries again at once, for ever, when the process has no descriptor
/// left; this one makes room and waits.
/// </summary>
/// <param name="address">For the log.</param>
/// <param name="listening">Bound and listening.</param>
/// <param name="limiter">The places of its connections.</param>
/// <param name="peers">Tells whose a connection is.</param>
/// <param name="time">For the wait.</param>
/// <param name="loggers">Of Kestrel's connections, too.</param>
internal sealed class LocalTransport(ListenAddress address, Socket listening, ConnectionLimiter limiter, LoopbackPeer peers, TimeProvider time, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListener
{
    private const int ClosedForRoom = 16;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly SocketConnectionContextFactory _connections = new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<LocalTransport>());
    private readonly ILogger _logger = loggers.CreateLogger<LocalTransport>();
    private volatile bool _closed;

    public EndPoint EndPoint { get; } = listening.LocalEndPoint!;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_closed)
        {
            Socket? socket = null;
            try
            {
                socket = await listening.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
            {
                return null;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // The client went while it waited to be accepted.
            }
            catch (SocketException e)
            {
                // No descriptors, no memory, or something that stays.
                _logger.NoDescriptors(address, e.Message, Pause);
                limiter.CloseIdle(ClosedForRoom);
                await Task.Delay(Pause, time, CancellationToken.None).ConfigureAwait(false);
            }

            if (socket is not null && Take(socket) is { } connection) return connection;
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _closed = true;
        listening.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _closed = true;
        listening.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private LimitedConnection? Take(Socket socket)
    {
        ConnectionSlot? slot = null;
        try
        {
            slot = limiter.TryEnter(socket, peers.UserOf(socket));
            if (slot is not null)
            {
                if (socket.ProtocolType == ProtocolType.Tcp) socket.NoDelay = true;
                var connection = new LimitedConnection(_connections.Create(socket), slot);
                slot.Attach(connection);
                return connection;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Gone already, or closed for a newer one.
            slot?.Leave();
        }

        socket.Dispose();
        return null;
    }
}

/// <summary>A connection that gives its place back when its descriptor is closed, not before.</summary>
internal sealed class LimitedConnection : ConnectionContext
{
    private readonly ConnectionContext _inner;
    private readonly ConnectionSlot _slot;

    public LimitedConnection(ConnectionContext inner, ConnectionSlot slot)
    {
        (_inner, _slot) = (inner, slot);
        inner.Features.Set(slot);
    }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override System.IO.Pipelines.IDuplexPipe Transport
    {
        get => _inner.Transport;
        set => _inner.Transport = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _inner.ConnectionClosed;
        set => _inner.ConnectionClosed = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _inner.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _slot.Leave();
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}
