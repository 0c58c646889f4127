using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Control.Cloud;

/// <summary>
/// Requests in the manner of AWS IoT's services: published to TOPIC, answered on TOPIC/accepted or TOPIC/rejected. One at a time.
/// Not to be asked from within a handler of messages: the answer could not come in.
/// </summary>
internal sealed class TopicRequests : IDisposable
{
    public const string AcceptedSuffix = "/accepted";
    public const string RejectedSuffix = "/rejected";
    private const string ClientToken = "clientToken";

    /// <summary>For the answer; the acknowledgements of MQTT have their own limits.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    private readonly IMqttClient _client;
    private readonly TimeProvider _time;
    private readonly string _tokenPrefix;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _subscribed = [];
    private readonly Lock _gate = new();
    private Pending? _pending;
    private long _asked;

    /// <param name="client">The connection; make this before it connects.</param>
    /// <param name="time">Limits the wait.</param>
    /// <param name="random">Makes the client tokens of this process differ from those of others.</param>
    public TopicRequests(IMqttClient client, TimeProvider time, Random random)
    {
        (_client, _time) = (client, time);
        _tokenPrefix = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        client.ConnectedAsync += OnConnectedAsync;
        client.DisconnectedAsync += OnDisconnectedAsync;
        client.MessageReceivedAsync += OnMessageAsync;
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="topic">Where to, without /accepted.</param>
    /// <param name="payload">What; with <paramref name="correlate"/> it gets a client token.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="answersOn">The filter of the answers without /accepted, where one subscription serves many topics; null for the topic itself.</param>
    /// <param name="correlate">Whether the service returns the client token; otherwise the first answer is taken.</param>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicAnswer> AskAsync(
        string topic, JsonObject payload, CancellationToken cancellationToken, string? answersOn = null, bool correlate = true)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SubscribeAsync(answersOn ?? topic, cancellationToken).ConfigureAwait(false)
                ?? await ExchangeAsync(topic, payload, correlate, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttNotConnectedException e)
        {
            return new TopicAnswer.Missing(MissingAnswer.NotConnected, e.Message);
        }
        catch (MqttException e)
        {
            return new TopicAnswer.Missing(MissingAnswer.Lost, e.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether a message answers a request that was made here.</summary>
    public bool IsOwn(JsonElement payload) =>
        payload.TryGetProperty(ClientToken, out var token) && token.ValueKind == JsonValueKind.String && token.GetString()!.StartsWith(_tokenPrefix, StringComparison.Ordinal);

    public void Dispose()
    {
        _client.ConnectedAsync -= OnConnectedAsync;
        _client.DisconnectedAsync -= OnDisconnectedAsync;
        _client.MessageReceivedAsync -= OnMessageAsync;
        _turn.Dispose();
    }

    /// <summary>Null when the answers will come.</summary>
    private async Task<TopicAnswer?> SubscribeAsync(string topic, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_subscribed.Contains(topic)) return null;
        }

        var result = await _client.SubscribeAsync([new(topic + AcceptedSuffix), new(topic + RejectedSuffix)], cancellationToken).ConfigureAwait(false);
        if (result.Items.FirstOrDefault(i => !i.IsSuccess) is { } refused)
            return new TopicAnswer.Missing(MissingAnswer.NotAllowed, Permissions.ToSubscribe(refused.Filter, refused.ReasonCode.ToString()));
        lock (_gate) _subscribed.Add(topic);
        return null;
    }

    private async Task<TopicAnswer> ExchangeAsync(string topic, JsonObject payload, bool correlate, CancellationToken cancellationToken)
    {
        var pending = new Pending(topic, correlate ? $"{_tokenPrefix}-{++_asked}" : null);
        if (pending.Token is { } token) payload = new JsonObject([.. payload.DeepClone().AsObject().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())), KeyValuePair.Create(ClientToken, (JsonNode?)token)]);
        lock (_gate) _pending = pending;
        try
        {
            var published = await _client.PublishAsync(new MqttMessage(topic, JsonSerializer.SerializeToUtf8Bytes(payload, LinkJson.Default.JsonObject)), cancellationToken).ConfigureAwait(false);
            if (published.ReasonCode == MqttReasonCode.NotAuthorized) return new TopicAnswer.Missing(MissingAnswer.NotAllowed, Permissions.ToPublish(topic, published.ReasonString));
            if (!published.IsSuccess) return new TopicAnswer.Missing(MissingAnswer.Lost, $"The broker refused the message on {topic}: {published.ReasonCode}.");
            return await pending.Answer.Task.WaitAsync(AnswerTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return new TopicAnswer.Missing(MissingAnswer.Lost, $"No answer on {topic} in {AnswerTimeout.TotalSeconds:0} s.");
        }
        finally
        {
            lock (_gate) _pending = null;
        }
    }

    private Task OnConnectedAsync(MqttConnected connected)
    {
        lock (_gate)
        {
            if (!connected.KeepsSubscriptions()) _subscribed.Clear();
        }

        return Task.CompletedTask;
    }

    private Task OnDisconnectedAsync(MqttDisconnected disconnected)
    {
        lock (_gate) _pending?.Answer.TrySetResult(new TopicAnswer.Missing(MissingAnswer.Lost, $"The connection was lost before the answer: {disconnected.Message}"));
        return Task.CompletedTask;
    }

    private Task OnMessageAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_pending is { } pending && pending.Expects(message.Topic) && TopicAnswerReader.Read(message, pending.Token) is { } answer) pending.Answer.TrySetResult(answer);
        }

        return Task.CompletedTask;
    }

    private sealed record Pending(string Topic, string? Token)
    {
        public TaskCompletionSource<TopicAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Expects(string topic) =>
            topic.StartsWith(Topic, StringComparison.Ordinal) && topic.AsSpan(Topic.Length) is AcceptedSuffix or RejectedSuffix;
    }
}
