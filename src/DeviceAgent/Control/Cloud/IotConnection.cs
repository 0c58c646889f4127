using System.Text.Json;
using DeviceAgent.Diagnostics;
using DeviceAgent.Mqtt;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Cloud;

/// <summary>
/// The agent's one connection to AWS IoT: requests with answers, and notifications. It stays connected by itself. What is
/// listened to must be listened to again after <see cref="Connected"/>; the client knows which subscriptions still stand, and
/// only the others are made again.
/// </summary>
internal sealed class IotConnection : IAsyncDisposable
{
    /// <summary>AWS IoT takes one CONNECT a second for each client id.</summary>
    public static readonly TimeSpan ConnectSpacing = TimeSpan.FromSeconds(1);

    private readonly Func<IMqttClient> _make;
    private readonly TimeProvider _time;
    private readonly ILogger<IotConnection> _logger;
    private readonly AgentMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Action<JsonElement>> _handlers = [];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private volatile IMqttClient _client;
    private ConnectionStatus _status = new(ConnectionState.Off);
    private Task _connecting = Task.CompletedTask;

    /// <param name="make">Makes a client that keeps itself connected, with the certificate that is active.</param>
    /// <param name="time">Measures.</param>
    /// <param name="random">Makes client tokens.</param>
    /// <param name="metrics">Counts connections.</param>
    /// <param name="logger">Says once what is refused.</param>
    public IotConnection(Func<IMqttClient> make, TimeProvider time, Random random, AgentMetrics metrics, ILogger<IotConnection> logger)
    {
        (_make, _time, _logger, _metrics) = (make, time, logger, metrics);
        _client = Make();
        Requests = new TopicRequests(_client, time, random);
        metrics.Meter.CreateObservableGauge("control.connected", () => IsConnected ? 1 : 0, description: "1 while the connection to AWS IoT stands.");
    }

    /// <summary>A connection stands; subscriptions may be gone. Must return at once.</summary>
    public event Action? Connected;

    public TopicRequests Requests { get; }

    public bool IsConnected => Status.State == ConnectionState.Connected;

    public ConnectionStatus Status => Volatile.Read(ref _status);

    /// <summary>Connects, and from then on stays connected.</summary>
    public void Start()
    {
        Set(new ConnectionStatus(ConnectionState.Connecting, _time.GetTimestamp()));
        _connecting = ConnectAsync();
    }

    /// <summary>Ends the connection and makes another, by a new client with the certificate that is active now.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _logger.ConnectionRenewed();
            await _client.DisposeAsync().ConfigureAwait(false);
            _client = Make();
            Requests.Use(_client);
            await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            // The client that is gone may have sent its CONNECT just now, and the new one does not know of it.
            await Task.Delay(ConnectSpacing, _time, cancellationToken).ConfigureAwait(false);
            Start();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Hands every message on the topic to the handler, which must return at once; undefined stands for what is no JSON object. Does nothing when it is listened to already.</summary>
    /// <returns>Null; or why nothing will come.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicResponse.Missing?> ListenAsync(string topic, Action<JsonElement> handler, CancellationToken cancellationToken)
    {
        lock (_gate) _handlers[topic] = handler;
        try
        {
            return await Requests.SubscribeAsync([topic], cancellationToken).ConfigureAwait(false);
        }
        catch (MqttNotConnectedException e)
        {
            return new TopicResponse.Missing(NoResponse.NotConnected, e.Message);
        }
        catch (MqttException e)
        {
            return new TopicResponse.Missing(NoResponse.Lost, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Requests.Dispose();
        await _client.DisposeAsync().ConfigureAwait(false);
        await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _turn.Dispose();
    }

    private IMqttClient Make()
    {
        var client = _make();
        client.ConnectedAsync += OnConnectedAsync;
        client.DisconnectedAsync += OnDisconnectedAsync;
        client.MessageReceivedAsync += OnMessageAsync;
        return client;
    }

    private async Task ConnectAsync()
    {
        try
        {
            await _client.ConnectAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The agent stops, or the client was replaced.
        }
        catch (Exception e)
        {
            _logger.ConnectionFailed(e);
            Set(new ConnectionStatus(ConnectionState.Connecting, _time.GetTimestamp(), e.Message));
        }
    }

    private Task OnConnectedAsync(MqttConnected connected)
    {
        _metrics.ControlConnections.Add(1);
        Set(new ConnectionStatus(ConnectionState.Connected, _time.GetTimestamp()));
        Connected?.Invoke();
        return Task.CompletedTask;
    }

    private Task OnDisconnectedAsync(MqttDisconnected disconnected)
    {
        var since = Status is { State: ConnectionState.Connecting } before ? before.Since : _time.GetTimestamp();
        Set(new ConnectionStatus(ConnectionState.Connecting, since, disconnected.Message));
        return Task.CompletedTask;
    }

    private Task OnMessageAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        Action<JsonElement>? handler;
        lock (_gate) _handlers.TryGetValue(message.Topic, out handler);
        if (handler is null) return Task.CompletedTask;

        // That there is a message is news by itself: who listens asks for the whole.
        var payload = CloudJson.TryParse(message.Payload);
        if (payload is null) _logger.NotJson(message.Topic);
        handler(payload?.Root ?? default);
        return Task.CompletedTask;
    }

    private void Set(ConnectionStatus status) => Volatile.Write(ref _status, status);
}

/// <summary>What the connection to AWS IoT is.</summary>
internal enum ConnectionState
{
    /// <summary>None is configured.</summary>
    Off,

    /// <summary>It is being made, again and again.</summary>
    Connecting,

    /// <summary>It stands.</summary>
    Connected,
}

/// <summary>A snapshot of the connection to AWS IoT.</summary>
/// <param name="State">What is.</param>
/// <param name="Since">When that began, on the monotonic clock; null when off.</param>
/// <param name="Problem">Why the last connection ended or was not made, or what the policy does not allow; null when all is well.</param>
internal sealed record ConnectionStatus(ConnectionState State, long? Since = null, string? Problem = null);
