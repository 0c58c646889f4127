namespace DeviceAgent.Mqtt.Packets;

/// <summary>PUBCOMP: the last answer of QoS 2.</summary>
public sealed record PubCompPacket() : PublishReplyPacket(MqttPacketType.PubComp);
