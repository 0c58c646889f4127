using System.Text.Json;
using DeviceAgent.Diagnostics;
using DeviceAgent.Mqtt;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Cloud;

/// <summary>
/// The agent's one connection to AWS IoT: requests with answers, and notifications. It stays connected by itself. What is
/// listened to must be listened to again after <see cref="Connected"/>.
/// </summary>
internal sealed class CloudLink : IAsyncDisposable
{
    /// <summary>AWS IoT takes one CONNECT a second for each client id.</summary>
    public static readonly TimeSpan ConnectSpacing = TimeSpan.FromSeconds(1);

    private readonly RenewableMqttClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger<CloudLink> _logger;
    private readonly AgentMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Action<JsonElement>> _handlers = [];
    private readonly HashSet<string> _listening = [];
    private readonly CancellationTokenSource _stop = new();
    private LinkStatus _status = new(LinkState.Off);
    private Task _connecting = Task.CompletedTask;

    /// <param name="make">Makes a client that keeps itself connected, with the certificate that is in force.</param>
    /// <param name="time">Measures.</param>
    /// <param name="random">Makes client tokens.</param>
    /// <param name="metrics">Counts connections.</param>
    /// <param name="logger">Says once what is refused.</param>
    public CloudLink(ClientFactory make, TimeProvider time, Random random, AgentMetrics metrics, ILogger<CloudLink> logger)
    {
        (_time, _logger, _metrics) = (time, logger, metrics);
        _client = new RenewableMqttClient(make);
        _client.ConnectedAsync += OnConnectedAsync;
        _client.DisconnectedAsync += OnDisconnectedAsync;
        _client.MessageReceivedAsync += OnMessageAsync;
        Requests = new TopicRequests(_client, time, random);
        metrics.Meter.CreateObservableGauge("control.connected", () => IsConnected ? 1 : 0, description: "1 while the connection to AWS IoT stands.");
    }

    /// <summary>A connection stands; subscriptions may be gone. Must return at once.</summary>
    public event Action? Connected;

    public TopicRequests Requests { get; }

    public bool IsConnected => Status.State == LinkState.Connected;

    public LinkStatus Status => Volatile.Read(ref _status);

    /// <summary>Connects, and from then on stays connected.</summary>
    public void Start()
    {
        Set(new LinkStatus(LinkState.Connecting, _time.GetTimestamp()));
        _connecting = ConnectAsync();
    }

    /// <summary>Ends the connection and makes another with the certificate that is in force now.</summary>
    public async Task RenewAsync(CancellationToken cancellationToken)
    {
        _logger.LinkRenewed();
        await _client.RenewAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate) _listening.Clear();
        await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The client that is gone may have sent its CONNECT just now, and the new one does not know of it.
        await Task.Delay(ConnectSpacing, _time, cancellationToken).ConfigureAwait(false);
        Start();
    }

    /// <summary>Hands every message on the topic to the handler, which must return at once. Does nothing when it is listened to already.</summary>
    /// <returns>Null; or why nothing will come.</returns>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicAnswer.Missing?> ListenAsync(string topic, Action<JsonElement> handler, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _handlers[topic] = handler;
            if (_listening.Contains(topic)) return null;
        }

        try
        {
            var result = await _client.SubscribeAsync([new(topic)], cancellationToken).ConfigureAwait(false);
            if (result.Items.FirstOrDefault(i => !i.IsSuccess) is { } refused)
                return new TopicAnswer.Missing(MissingAnswer.NotAllowed, Permissions.ToSubscribe(refused.Filter, refused.ReasonCode.ToString()));
            lock (_gate) _listening.Add(topic);
            return null;
        }
        catch (MqttNotConnectedException e)
        {
            return new TopicAnswer.Missing(MissingAnswer.NotConnected, e.Message);
        }
        catch (MqttException e)
        {
            return new TopicAnswer.Missing(MissingAnswer.Lost, e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Requests.Dispose();
        await _client.DisposeAsync().ConfigureAwait(false);
        await _connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
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
            _logger.LinkFailed(e);
            Set(new LinkStatus(LinkState.Connecting, _time.GetTimestamp(), e.Message));
        }
    }

    private Task OnConnectedAsync(MqttConnected connected)
    {
        lock (_gate)
        {
            if (!connected.KeepsSubscriptions()) _listening.Clear();
        }

        _metrics.ControlConnections.Add(1);
        Set(new LinkStatus(LinkState.Connected, _time.GetTimestamp()));
        Connected?.Invoke();
        return Task.CompletedTask;
    }

    private Task OnDisconnectedAsync(MqttDisconnected disconnected)
    {
        var since = Status is { State: LinkState.Connecting } before ? before.Since : _time.GetTimestamp();
        Set(new LinkStatus(LinkState.Connecting, since, disconnected.Message));
        return Task.CompletedTask;
    }

    private Task OnMessageAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        Action<JsonElement>? handler;
        lock (_gate) _handlers.TryGetValue(message.Topic, out handler);
        if (handler is null) return Task.CompletedTask;
        if (TopicAnswerReader.TryParse(message.Payload) is { } payload) handler(payload);
        else _logger.NotJson(message.Topic);
        return Task.CompletedTask;
    }

    private void Set(LinkStatus status) => Volatile.Write(ref _status, status);
}
