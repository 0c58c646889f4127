namespace DeviceAgent.Testbed.Broker;

/// <summary>
/// The bus as the services see it: they are made before the broker, which hands them their requests. What is published before the
/// broker is connected has no subscriber yet.
/// </summary>
internal sealed class MessageLine : IMessageBus
{
    private volatile IMessageBus? _bus;

    public void Connect(IMessageBus bus) => _bus = bus;

    public void Publish(string topic, ReadOnlyMemory<byte> payload) => _bus?.Publish(topic, payload);
}
