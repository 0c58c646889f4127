namespace DeviceAgent.Testbed.Broker.Sessions;

/// <summary>A will whose delay runs.</summary>
/// <param name="Message">What is published, unless the client comes back in time.</param>
/// <param name="Rights">Of the connection that left it.</param>
/// <param name="Since">Timestamp of the connection's end.</param>
/// <param name="Delay">From there.</param>
internal sealed record PendingWill(BrokerMessage Message, DeviceRights Rights, long Since, TimeSpan Delay);
