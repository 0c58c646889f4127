namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBREC: the first answer of QoS 2.</summary>
public sealed record PubRecPacket() : PublishReplyPacket(MqttPacketType.PubRec);
