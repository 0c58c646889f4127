using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>A client whose connection can be made anew from scratch, with another certificate, while those who use it stay as they are.</summary>
internal sealed class RenewableMqttClient : IMqttClient
{
    private readonly ClientFactory _make;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile IMqttClient _client;

    /// <param name="make">Makes a client with the certificate that is in force.</param>
    public RenewableMqttClient(ClientFactory make)
    {
        _make = make;
        _client = Make();
    }

    public event Func<MqttConnected, Task>? ConnectedAsync;

    public event Func<MqttDisconnected, Task>? DisconnectedAsync;

    public event Func<MqttMessage, CancellationToken, Task>? MessageReceivedAsync;

    public bool IsConnected => _client.IsConnected;

    public Task<MqttConnectResult> ConnectAsync(CancellationToken cancellationToken = default) => _client.ConnectAsync(cancellationToken);

    public Task DisconnectAsync(CancellationToken cancellationToken = default) => _client.DisconnectAsync(cancellationToken);

    public Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken = default) => _client.PublishAsync(message, cancellationToken);

    public Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default) =>
        _client.SubscribeAsync(filters, cancellationToken);

    public Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default) =>
        _client.UnsubscribeAsync(filters, cancellationToken);

    public bool IsSubscribed(string filter) => _client.IsSubscribed(filter);

    /// <summary>Ends the connection and puts a new client in the place of the old one; it is not connected yet.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var old = _client;
            await old.DisposeAsync().ConfigureAwait(false);
            _client = Make();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync().ConfigureAwait(false);
        _turn.Dispose();
    }

    private IMqttClient Make()
    {
        var client = _make();
        client.ConnectedAsync += e => EachAsync(ConnectedAsync, h => h(e));
        client.DisconnectedAsync += e => EachAsync(DisconnectedAsync, h => h(e));
        client.MessageReceivedAsync += (message, token) => EachAsync(MessageReceivedAsync, h => h(message, token));
        return client;
    }

    private static async Task EachAsync<T>(T? handlers, Func<T, Task> call) where T : Delegate
    {
        foreach (var handler in Delegate.EnumerateInvocationList(handlers)) await call(handler).ConfigureAwait(false);
    }
}
