using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Broker;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">One of <see cref="DisconnectReason"/>.</param>
/// <param name="Detail">The same for people.</param>
/// <param name="Code">What DISCONNECT tells a client that speaks MQTT 5; null says nothing.</param>
internal sealed record ConnectionEnd(string Reason, string Detail, ReasonCode? Code = null)
{
    /// <summary>Whether the client's will is sent.</summary>
    public bool SendsWill { get; init; } = true;

    public static ConnectionEnd Lost(string detail) => new(DisconnectReason.ConnectionLost, detail);

    public static ConnectionEnd ClientError(ReasonCode code, string detail) => new(DisconnectReason.ClientError, detail, code);

    public static ConnectionEnd NotAuthorized(string detail) => new(DisconnectReason.AuthError, detail, ReasonCode.NotAuthorized);
}
