namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBREL: the second step of QoS 2.</summary>
public sealed record PubRelPacket() : PublishReplyPacket(MqttPacketType.PubRel);
