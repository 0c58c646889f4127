namespace DeviceAgent.Mqtt.Packets;

/// <summary>PINGREQ: the client is alive and asks whether the server is.</summary>
public sealed record PingReqPacket() : MqttPacket(MqttPacketType.PingReq);
