namespace DeviceAgent.Mqtt.Tests.Brokers;

public class Testbed5Tests(TestbedBroker broker) : Broker5Contract(broker), IClassFixture<TestbedBroker>;
