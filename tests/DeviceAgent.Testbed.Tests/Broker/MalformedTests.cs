using System.Buffers;
using DeviceAgent.Testbed.Broker.Codec;
using static DeviceAgent.Testbed.Tests.Broker.BrokerWorld;

namespace DeviceAgent.Testbed.Tests.Broker;

/// <summary>Whatever comes, the broker hangs up in good order, with a reason, and serves the others.</summary>
public sealed class MalformedTests : BrokerTest
{
    private const long MemoryBytes = 64 * 1024 * 1024;
    private static readonly bool IsAlone = Environment.GetEnvironmentVariable("MQTT_FUZZ_CONNECTIONS") is not null;
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_CONNECTIONS") ?? "400");
    private readonly Random _random = new(int.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_SEED") ?? "20260301"));

    /// <summary>scripts/fuzz-mqtt.sh makes many more connections, from another seed each time.</summary>
    [Fact]
    public async Task Bytes_Mutated_EndInAReasonOrNothing()
    {
        var witness = await World.ConnectAsync("witness");
        var ends = new Dictionary<string, int>();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var round = 0; round < Rounds; round++)
        {
            var version = round % 2 == 0 ? ProtocolVersion.V5 : ProtocolVersion.V311;
            await using var client = new RawClient(World.Broker, World.CertificateId);
            var hello = Hello($"fuzz-{round}", version) with { Will = new WillMessage("w", new byte[3]) };
            if (round % 4 == 0)
            {
                await client.SendAsync(Mutated(Bytes(hello, version)));
            }
            else
            {
                await client.ConnectAsync(hello);
                foreach (var packet in Packets()) await client.SendAsync(Mutated(Bytes(packet, version)));
            }

            await client.HangUpAsync();
            var end = World.Broker.Presence.Find(hello.ClientId)?.LastDisconnectReason ?? "not accepted";
            ends[end] = ends.GetValueOrDefault(end) + 1;
            World.Time.Advance(TimeSpan.FromMilliseconds(100));
            if (round % 100 == 0) await witness.QuietAsync();
        }

        await witness.QuietAsync();
        // A fault of the broker itself would be SERVER_ERROR. That the bytes were nearly right shows in the two others.
        Assert.DoesNotContain("SERVER_ERROR", ends.Keys);
        Assert.True(ends.GetValueOrDefault("CLIENT_ERROR") > Rounds / 20 && ends.GetValueOrDefault("CONNECTION_LOST") > Rounds / 20, string.Join(", ", ends));
        Assert.Equal(1, World.Broker.Connections);
        // A mutated CONNECT may have asked for a session that outlives it, for an hour at most.
        World.Time.Advance(TimeSpan.FromHours(1));
        await witness.EndAsync();
        World.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, World.Broker.Sessions);
        // What may stay: a thousand clients that are remembered, a thousand retained messages. With other tests beside it, it cannot be told.
        if (IsAlone) Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MemoryBytes);
    }

    [Theory]
    [InlineData(new byte[] { 0x30, 0xFF, 0xFF, 0xFF, 0xFF }, ReasonCode.MalformedPacket)]
    [InlineData(new byte[] { 0x30, 0xFF, 0xFF, 0x7F }, ReasonCode.PacketTooLarge)]
    [InlineData(new byte[] { 0x36, 0 }, ReasonCode.MalformedPacket)]
    [InlineData(new byte[] { 0x00, 0 }, ReasonCode.MalformedPacket)]
    [InlineData(new byte[] { 0x82, 4, 0, 1, 0, 0 }, ReasonCode.MalformedPacket)]
    [InlineData(new byte[] { 0x82, 3, 0, 1, 0 }, ReasonCode.ProtocolError)]
    [InlineData(new byte[] { 0x32, 6, 0, 1, (byte)'t', 0, 0, 0 }, ReasonCode.ProtocolError)]
    [InlineData(new byte[] { 0x30, 4, 0, 1, (byte)'#', 0 }, ReasonCode.TopicNameInvalid)]
    public async Task Packet_Malformed_IsAnsweredWithTheReason(byte[] bytes, ReasonCode reason)
    {
        var client = await World.ConnectAsync("a");

        await client.SendAsync(bytes);

        Assert.Equal(reason, await client.EndAsync());
    }

    private static MqttPacket[] Packets() =>
    [
        new SubscribePacket { PacketId = 1, Filters = [new("a/+"), new("t") { NoLocal = true }] },
        new PublishPacket { Topic = "a/b", Payload = new byte[5], QualityOfService = QualityOfService.AtLeastOnce, PacketId = 2, Properties = new MqttProperties { ContentType = "x", UserProperties = [new("k", "v")] } },
        new PublishPacket { Topic = "kept", Payload = new byte[2], Retain = true },
        new PubAckPacket { PacketId = 1 },
        new UnsubscribePacket { PacketId = 3, Filters = ["t"] },
        new PingReqPacket(),
    ];

    private static byte[] Bytes(MqttPacket packet, ProtocolVersion version)
    {
        var bytes = new ArrayBufferWriter<byte>();
        PacketCodec.Encode(bytes, packet, version);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Most packets stay whole, so that what follows them is reached.</summary>
    private byte[] Mutated(byte[] bytes)
    {
        if (_random.Next(4) > 0) return bytes;
        var at = _random.Next(bytes.Length);
        switch (_random.Next(3))
        {
            case 0: bytes[at] = (byte)_random.Next(256); return bytes;
            case 1: bytes[at] ^= (byte)(1 << _random.Next(8)); return bytes;
            default: return [.. bytes[..at], .. bytes[_random.Next(at + 1)..]];
        }
    }
}
