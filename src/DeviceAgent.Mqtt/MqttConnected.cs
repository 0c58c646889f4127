namespace DeviceAgent.Mqtt;

/// <summary>A connection stands.</summary>
/// <param name="Result">What the server granted. Without its session, messages may have been missed: ask for the present state.</param>
/// <param name="RefusedFilters">Subscriptions that could not be restored.</param>
public sealed record MqttConnected(MqttConnectResult Result, IReadOnlyList<MqttSubscribeResultItem> RefusedFilters);
