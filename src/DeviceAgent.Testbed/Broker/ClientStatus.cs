using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Broker;

/// <summary>What is known of a client id that was connected since the start.</summary>
/// <param name="ClientId">The MQTT client id; devices use their thing name.</param>
/// <param name="CertificateId">The certificate of the last connection.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="ProtocolVersion">MQTT 3.1.1 or 5.</param>
/// <param name="IsConnected">Whether it is connected now.</param>
/// <param name="Since">When it connected, or was disconnected.</param>
/// <param name="SessionIdentifier">Tells one connection from the next in lifecycle events.</param>
/// <param name="VersionNumber">Counts the connections, from 0.</param>
internal sealed record ClientStatus(
    string ClientId, string CertificateId, string Address, ProtocolVersion ProtocolVersion, bool IsConnected, DateTimeOffset Since, Guid SessionIdentifier, long VersionNumber)
{
    /// <summary>One of <see cref="DisconnectReason"/>; null when it was never disconnected.</summary>
    public string? LastDisconnectReason { get; init; }
}
