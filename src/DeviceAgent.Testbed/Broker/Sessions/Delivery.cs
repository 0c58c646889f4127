namespace DeviceAgent.Testbed.Broker.Sessions;

/// <summary>A QoS 1 message that a session owes its client.</summary>
internal sealed class Delivery(BrokerMessage message, bool retain)
{
    public BrokerMessage Message => message;

    /// <summary>The retain flag that the client sees.</summary>
    public bool Retain => retain;

    /// <summary>0 until it was sent once; sent again, it keeps its id.</summary>
    public ushort PacketId { get; set; }
}
