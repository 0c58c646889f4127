using System.Buffers;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

public class RoundTripTests
{
    public static TheoryData<int> Samples() => [.. Enumerable.Range(0, SamplePackets.All().Count())];

    [Theory]
    [MemberData(nameof(Samples))]
    public void EncodeDecode_EverySample_IsEquivalent(int index)
    {
        var (version, packet) = SamplePackets.All().ElementAt(index);
        var bytes = Wire.Encode(packet, version);
        var decoded = Wire.Decode(bytes, version);
        Assert.Equal(packet.GetType(), decoded.GetType());
        Assert.Equal(bytes, Wire.Encode(decoded, version));
        Assert.Equal(Describe.Of(packet), Describe.Of(decoded));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Decode_CutAnywhere_WaitsForMore(int index)
    {
        var (version, packet) = SamplePackets.All().ElementAt(index);
        var bytes = Wire.Encode(packet, version);
        for (var cut = 0; cut < Math.Min(bytes.Length, 300); cut++)
        {
            var part = new ReadOnlySequence<byte>(bytes, 0, cut);
            Assert.False(PacketCodec.TryDecode(ref part, version, 1_000_000, out _));
            Assert.Equal(cut, part.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Decode_InTwoSegments_IsTheSame(int index)
    {
        var (version, packet) = SamplePackets.All().ElementAt(index);
        var bytes = Wire.Encode(packet, version);
        for (var cut = 1; cut < Math.Min(bytes.Length, 60); cut++)
        {
            var first = new Segment(bytes.AsMemory(0, cut), null);
            var second = new Segment(bytes.AsMemory(cut), first);
            var buffer = new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
            Assert.True(PacketCodec.TryDecode(ref buffer, version, 1_000_000, out var decoded));
            Assert.Equal(bytes, Wire.Encode(decoded!, version));
        }
    }

    [Fact]
    public void Encode_PropertiesIn311_AreLeftOut()
    {
        var packet = new PublishPacket { Topic = "t", Properties = new MqttProperties { ContentType = "x" } };
        Assert.Equal(Wire.Hex("30 03 0001 74"), Wire.Encode(packet, ProtocolVersion.V311));
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
