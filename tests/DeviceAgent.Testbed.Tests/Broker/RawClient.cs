using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker;

/// <summary>A client that sends and sees single packets, at the other end of a connection in memory.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Pipe _up = new();
    private readonly Pipe _down;
    private readonly CancellationTokenSource _closed = new();
    private readonly PacketSource _source;
    private ProtocolVersion _version = ProtocolVersion.V311;
    private ushort _lastId;

    public RawClient(MqttBroker broker, string certificateId, int downstreamBytes = 1024 * 1024)
    {
        _down = new Pipe(new PipeOptions(pauseWriterThreshold: downstreamBytes, resumeWriterThreshold: downstreamBytes / 2));
        _source = new PacketSource(_down.Reader, int.MaxValue);
        Served = ServeAsync(broker, certificateId);
    }

    /// <summary>Ends with the connection; says whether it ended in good order.</summary>
    public Task<bool> Served { get; }

    public ProtocolVersion Version
    {
        get => _version;
        set => _version = _source.Version = value;
    }

    public async Task SendAsync(MqttPacket packet)
    {
        var bytes = new ArrayBufferWriter<byte>();
        PacketCodec.Encode(bytes, packet, Version);
        await SendAsync(bytes.WrittenMemory);
    }

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _up.Writer.WriteAsync(bytes);
        }
        catch (InvalidOperationException)
        {
            // The broker has hung up.
        }
    }

    /// <summary>The next packet; null when the broker has closed the connection.</summary>
    public Task<MqttPacket?> ReadAsync() => _source.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Patience);

    public async Task<T> ReadAsync<T>() where T : MqttPacket => Assert.IsType<T>(await ReadAsync());

    /// <summary>A message, acknowledged if it wants to be.</summary>
    public async Task<PublishPacket> MessageAsync()
    {
        var message = await ReadAsync<PublishPacket>();
        if (message.PacketId != 0) await SendAsync(new PubAckPacket { PacketId = message.PacketId });
        return message;
    }

    public async Task<ConnAckPacket> ConnectAsync(ConnectPacket connect)
    {
        Version = connect.Version;
        await SendAsync(connect);
        return await ReadAsync<ConnAckPacket>();
    }

    public async Task<IReadOnlyList<ReasonCode>> SubscribeAsync(params TopicFilter[] filters)
    {
        await SendAsync(new SubscribePacket { PacketId = NextId(), Filters = filters });
        return (await ReadAsync<SubAckPacket>()).ReasonCodes;
    }

    /// <summary>Publishes with QoS 1 and returns the answer.</summary>
    public async Task<ReasonCode> PublishAsync(string topic, string payload = "x", bool retain = false, MqttProperties? properties = null)
    {
        await SendAsync(Message(topic, payload, retain, properties));
        return (await ReadAsync<PubAckPacket>()).ReasonCode;
    }

    public PublishPacket Message(string topic, string payload = "x", bool retain = false, MqttProperties? properties = null) => new()
    {
        Topic = topic,
        Payload = Encoding.UTF8.GetBytes(payload),
        QualityOfService = QualityOfService.AtLeastOnce,
        PacketId = NextId(),
        Retain = retain,
        Properties = properties,
    };

    /// <summary>Whatever was sent before has been dealt with; fails when a message came instead.</summary>
    public async Task QuietAsync()
    {
        await SendAsync(new PingReqPacket());
        await ReadAsync<PingRespPacket>();
    }

    /// <summary>The DISCONNECT that tells why the broker hangs up; only in MQTT 5. Then the connection ends.</summary>
    public async Task<ReasonCode?> EndAsync()
    {
        var last = await ReadAsync();
        if (last is not null) Assert.Null(await ReadAsync());
        await Served.WaitAsync(Patience);
        return last is null ? null : Assert.IsType<DisconnectPacket>(last).ReasonCode;
    }

    public async Task DisconnectAsync(ReasonCode reason = ReasonCode.Success, MqttProperties? properties = null)
    {
        await SendAsync(new DisconnectPacket { ReasonCode = reason, Properties = properties });
        await Served.WaitAsync(Patience);
    }

    /// <summary>The connection is gone without a word.</summary>
    public async Task CutAsync()
    {
        await _closed.CancelAsync();
        await Served.WaitAsync(Patience);
    }

    /// <summary>Nothing more comes, but what was sent is still read.</summary>
    public async Task HangUpAsync()
    {
        await _up.Writer.CompleteAsync();
        await Served.WaitAsync(Patience);
    }

    public static string TextOf(PublishPacket message) => Encoding.UTF8.GetString(message.Payload.Span);

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _closed.Dispose();
    }

    private async Task<bool> ServeAsync(MqttBroker broker, string certificateId)
    {
        var graceful = await broker.ServeAsync(new Ends(_up.Reader, _down.Writer), certificateId, "203.0.113.9", _closed.Token);
        await _up.Reader.CompleteAsync();
        await _down.Writer.CompleteAsync();
        return graceful;
    }

    private ushort NextId() => ++_lastId;

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
