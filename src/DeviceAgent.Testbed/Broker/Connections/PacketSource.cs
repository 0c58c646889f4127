using System.IO.Pipelines;
using DeviceAgent.Testbed.Broker.Codec;

namespace DeviceAgent.Testbed.Broker.Connections;

/// <summary>The packets that come from one client.</summary>
internal sealed class PacketSource(PipeReader input, int maximumPacketSize)
{
    public ProtocolVersion Version { get; set; } = ProtocolVersion.V311;

    /// <summary>The next packet; null when the client has closed the connection, be it inside a packet.</summary>
    /// <exception cref="ProtocolException">What came is no packet.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async ValueTask<MqttPacket?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var found = false;
            try
            {
                found = PacketCodec.TryDecode(ref buffer, Version, maximumPacketSize, out var packet);
                if (found) return packet;
            }
            finally
            {
                input.AdvanceTo(buffer.Start, found ? buffer.Start : buffer.End);
            }

            if (result.IsCompleted) return null;
        }
    }
}
