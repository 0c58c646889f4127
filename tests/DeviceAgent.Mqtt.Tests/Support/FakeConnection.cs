using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Mqtt.Tests.Support;

/// <summary>The server's side of one connection.</summary>
internal sealed class FakeConnection(Stream stream) : IAsyncDisposable
{
    private readonly PacketChannel _channel = new(stream, 1_000_000, ProtocolVersion.V5);

    public ConnectPacket? Connect { get; set; }

    public async Task<T> ReceiveAsync<T>() where T : MqttPacket
    {
        var packet = await _channel.ReadAsync(CancellationToken.None).AsTask().Soon();
        if (packet is ConnectPacket connect) _channel.Version = connect.Version;
        return Assert.IsType<T>(packet);
    }

    /// <summary>The client has closed, and sent nothing more.</summary>
    public async Task ReceiveEndAsync() => Assert.Null(await _channel.ReadAsync(CancellationToken.None).AsTask().Soon());

    public Task SendAsync(MqttPacket packet) => _channel.WriteAsync(packet, CancellationToken.None).Soon();

    public Task SendRawAsync(string hex) => stream.WriteAsync(Convert.FromHexString(hex.Replace(" ", ""))).AsTask().Soon();

    public ValueTask CloseAsync() => DisposeAsync();

    public ValueTask DisposeAsync() => _channel.DisposeAsync();
}
