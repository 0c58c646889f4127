namespace DeviceAgent.Mqtt;

/// <summary>
/// What the rest of a program needs of an MQTT client. Thread-safe. Set the events before <see cref="ConnectAsync"/>: a
/// persistent session may deliver at once.
/// </summary>
public interface IMqttClient : IAsyncDisposable
{
    /// <summary>Whether packets can be sent right now. It may change at any time.</summary>
    bool IsConnected { get; }

    /// <summary>A connection stands, and the subscriptions that could be restored are.</summary>
    event Func<MqttConnected, Task>? ConnectedAsync;

    /// <summary>A connection ended, or an attempt at one failed.</summary>
    event Func<MqttDisconnected, Task>? DisconnectedAsync;

    /// <summary>
    /// A message arrived. One at a time; a QoS 1 message is acknowledged when the handlers have completed, and not at all when
    /// one throws: the server sends it again in the next connection. It may come more than once. The token fires when the client is disposed.
    /// </summary>
    event Func<MqttMessage, CancellationToken, Task>? MessageReceivedAsync;

    /// <summary>Connects.</summary>
    /// <exception cref="MqttConnectException">No connection; what was wrong and what to do.</exception>
    /// <exception cref="InvalidOperationException">It is connected, or connecting, already.</exception>
    Task<MqttConnectResult> ConnectAsync(CancellationToken cancellationToken = default);

    /// <summary>Says goodbye and closes; the will is not sent. Does nothing when not connected.</summary>
    Task DisconnectAsync(CancellationToken cancellationToken = default);

    /// <summary>Publishes; with QoS 1 it completes with the server's acknowledgement.</summary>
    /// <returns>The verdict: look at <see cref="MqttPublishResult.IsSuccess"/>.</returns>
    /// <exception cref="MqttNotConnectedException">There is no connection; nothing was sent.</exception>
    /// <exception cref="MqttConnectionLostException">The connection ended before the acknowledgement; it may have arrived, and is not sent again.</exception>
    /// <exception cref="MqttTimeoutException">No acknowledgement in time, which ends the connection; it may have arrived.</exception>
    /// <exception cref="MqttLimitException">The message breaks a limit; nothing was sent.</exception>
    Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken = default);

    /// <summary>Subscribes.</summary>
    /// <returns>One verdict for each filter: a server refuses filters one by one.</returns>
    /// <exception cref="MqttNotConnectedException">There is no connection, or it was lost before the answer.</exception>
    /// <exception cref="MqttTimeoutException">No answer in time.</exception>
    /// <exception cref="MqttLimitException">The filters break a limit; nothing was sent.</exception>
    Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default);

    /// <summary>Whether the server has this subscription: made by this client, and not lost with the session since.</summary>
    bool IsSubscribed(string filter);

    /// <summary>Ends subscriptions.</summary>
    /// <returns>One verdict for each filter; always success in 3.1.1.</returns>
    /// <exception cref="MqttNotConnectedException">There is no connection, or it was lost before the answer.</exception>
    /// <exception cref="MqttTimeoutException">No answer in time.</exception>
    /// <exception cref="MqttLimitException">The filters break a limit; nothing was sent.</exception>
    Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default);
}
