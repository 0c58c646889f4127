namespace DeviceAgent.Mqtt.Tests.Brokers;

public class Mosquitto311Tests(Mosquitto broker) : BrokerContract(broker, MqttProtocolVersion.V311), IClassFixture<Mosquitto>;
