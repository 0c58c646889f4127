using System.Threading.Channels;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Mqtt.Tests.Support;

/// <summary>A server that does what a test tells it to, over pipes.</summary>
internal sealed class FakeServer
{
    private readonly Channel<FakeConnection> _accepted = Channel.CreateUnbounded<FakeConnection>();
    private int _opened;

    /// <summary>How many connections were opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>What the next opening fails with.</summary>
    public Exception? Unreachable { get; set; }

    /// <summary>What every opening waits for: a handshake that is slow.</summary>
    public Task Handshake { get; set; } = Task.CompletedTask;

    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _opened);
        await Handshake.WaitAsync(cancellationToken);
        if (Unreachable is { } failure) throw failure;
        var (client, server) = DuplexPipe.Create();
        _accepted.Writer.TryWrite(new FakeConnection(server));
        return client;
    }

    public async Task<FakeConnection> AcceptAsync() => await _accepted.Reader.ReadAsync().AsTask().Soon();

    /// <summary>The next connection, its CONNECT answered.</summary>
    public async Task<FakeConnection> AcceptAsync(ConnAckPacket ack)
    {
        var connection = await AcceptAsync();
        connection.Connect = await connection.ReceiveAsync<ConnectPacket>();
        await connection.SendAsync(ack);
        return connection;
    }
}
