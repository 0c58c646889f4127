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

/// <summary>Why a connection ended, as lifecycle events spell it.</summary>
internal static class DisconnectReason
{
    public const string AuthError = "AUTH_ERROR";
    public const string ClientInitiated = "CLIENT_INITIATED_DISCONNECT";
    public const string ClientError = "CLIENT_ERROR";
    public const string ConnectionLost = "CONNECTION_LOST";
    public const string DuplicateClientId = "DUPLICATE_CLIENTID";
    public const string ForbiddenAccess = "FORBIDDEN_ACCESS";
    public const string KeepAliveTimeout = "MQTT_KEEP_ALIVE_TIMEOUT";
    public const string ServerError = "SERVER_ERROR";
    public const string ServerInitiated = "SERVER_INITIATED_DISCONNECT";
    public const string Throttled = "THROTTLED";
    public const string ApiInitiated = "API_INITIATED_DISCONNECT";
}
