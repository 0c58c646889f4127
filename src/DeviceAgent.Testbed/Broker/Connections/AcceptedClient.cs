using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Broker.Sessions;

namespace DeviceAgent.Testbed.Broker.Connections;

/// <summary>A client whose CONNECT was accepted.</summary>
/// <param name="Terms">What it was granted.</param>
/// <param name="Version">What it speaks.</param>
/// <param name="Session">Its session.</param>
/// <param name="Rights">What its policies allow.</param>
/// <param name="Status">As presence knows this connection.</param>
/// <param name="Will">What is published in its name when it vanishes, and how much later.</param>
internal sealed record AcceptedClient(
    ConnectTerms Terms, ProtocolVersion Version, ClientSession Session, DeviceRights Rights, ClientStatus Status, (BrokerMessage Message, TimeSpan Delay)? Will);
