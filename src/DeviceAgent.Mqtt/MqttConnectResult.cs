namespace DeviceAgent.Mqtt;

/// <summary>An accepted connection.</summary>
/// <param name="SessionPresent">The server still had the session: its subscriptions and waiting messages.</param>
/// <param name="ClientId">The client id, by the server if it made one up.</param>
/// <param name="KeepAlive">The keep-alive in use.</param>
/// <param name="SessionExpiry">How long the server keeps the session; null in 3.1.1.</param>
public sealed record MqttConnectResult(bool SessionPresent, string ClientId, TimeSpan KeepAlive, TimeSpan? SessionExpiry);
