namespace DeviceAgent.Mqtt.Packets;

/// <summary>PINGRESP: the answer to PINGREQ.</summary>
public sealed record PingRespPacket() : MqttPacket(MqttPacketType.PingResp);
