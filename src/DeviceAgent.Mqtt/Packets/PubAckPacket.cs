namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBACK: a QoS 1 message was taken over.</summary>
public sealed record PubAckPacket() : PublishReplyPacket(MqttPacketType.PubAck);
