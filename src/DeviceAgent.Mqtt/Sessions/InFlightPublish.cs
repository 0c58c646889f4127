using DeviceAgent.Mqtt.Packets;

namespace DeviceAgent.Mqtt.Sessions;

/// <summary>A QoS 1 message that the server has not acknowledged.</summary>
internal sealed class InFlightPublish(PublishPacket packet)
{
    public PublishPacket Packet { get; } = packet;

    public TaskCompletionSource<PubAckPacket> Acknowledged { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The window in which it takes a place; null while no connection has it. Guarded by <see cref="InFlight"/>.</summary>
    public SendWindow? Window { get; set; }
}
