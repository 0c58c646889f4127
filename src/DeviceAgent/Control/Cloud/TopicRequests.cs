using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
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

    private readonly TimeProvider _time;
    private readonly string _tokenPrefix;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly SilentRefusals _refusals;
    private readonly Lock _gate = new();
    private IMqttClient _client;
    private Pending? _pending;
    private long _asked;

    /// <param name="client">The connection; make this before it connects.</param>
    /// <param name="time">Limits the wait.</param>
    /// <param name="random">Makes the client tokens of this process differ from those of others.</param>
    public TopicRequests(IMqttClient client, TimeProvider time, Random random)
    {
        (_client, _time, _refusals) = (client, time, new SilentRefusals(time));
        _tokenPrefix = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        Hear(client);
    }

    /// <summary>From now on asks over another client, which has not connected yet.</summary>
    public void Use(IMqttClient client)
    {
        Unhear(Interlocked.Exchange(ref _client, client));
        _refusals.Forget();
        Hear(client);
    }

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="topic">Where to, without /accepted.</param>
    /// <param name="payload">What; with <paramref name="correlate"/> it gets a client token.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <param name="answersOn">The filter of the answers without /accepted, where one subscription serves many topics; null for the topic itself.</param>
    /// <param name="correlate">Whether the service returns the client token; otherwise the first answer is taken.</param>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async Task<TopicResponse> AskAsync(
        string topic, JsonObject payload, CancellationToken cancellationToken, string? answersOn = null, bool correlate = true)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answers = answersOn ?? topic;
            return await SubscribeInTurnAsync([answers + AcceptedSuffix, answers + RejectedSuffix], cancellationToken).ConfigureAwait(false)
                ?? await SendAsync(topic, payload, correlate, cancellationToken).ConfigureAwait(false);
        }
        catch (MqttNotConnectedException e)
        {
            return new TopicResponse.Missing(NoResponse.NotConnected, e.Message);
        }
        catch (MqttException e)
        {
            return new TopicResponse.Missing(NoResponse.Lost, e.Message);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Subscribes to those of the filters that do not stand. Nothing else is under way meanwhile: should the connection end, it is known after what.</summary>
    /// <returns>Null when messages will come.</returns>
    /// <exception cref="MqttException">No verdict.</exception>
    public async Task<TopicResponse.Missing?> SubscribeAsync(IEnumerable<string> filters, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SubscribeInTurnAsync(filters, cancellationToken).ConfigureAwait(false);
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
        Unhear(_client);
        _turn.Dispose();
    }

    private void Hear(IMqttClient client)
    {
        client.DisconnectedAsync += OnDisconnectedAsync;
        client.MessageReceivedAsync += OnMessageAsync;
    }

    private void Unhear(IMqttClient client)
    {
        client.DisconnectedAsync -= OnDisconnectedAsync;
        client.MessageReceivedAsync -= OnMessageAsync;
    }

    private async Task<TopicResponse.Missing?> SubscribeInTurnAsync(IEnumerable<string> filters, CancellationToken cancellationToken)
    {
        var client = _client;
        var missing = filters.Where(f => !client.IsSubscribed(f)).Select(f => new MqttTopicFilter(f)).ToArray();
        if (missing.Length == 0) return null;
        var packet = $"the subscription to {string.Join(" and ", missing.Select(f => f.Filter))}";
        if (_refusals.Of(packet) is { } refusal) return new TopicResponse.Missing(NoResponse.NotAllowed, refusal);
        if (client.IsConnected) _refusals.Sending(packet, Permissions.Subscribe([.. missing.Select(f => f.Filter)]));
        var result = await client.SubscribeAsync(missing, cancellationToken).ConfigureAwait(false);
        _refusals.Answered(packet);
        return result.Items.FirstOrDefault(i => !i.IsSuccess) is { } refused
            ? new TopicResponse.Missing(NoResponse.NotAllowed, Permissions.ToSubscribe(refused.Filter, refused.ReasonCode.ToString()))
            : null;
    }

    private async Task<TopicResponse> SendAsync(string topic, JsonObject payload, bool correlate, CancellationToken cancellationToken)
    {
        var pending = new Pending(topic, correlate ? $"{_tokenPrefix}-{++_asked}" : null);
        if (pending.Token is { } token) payload = new JsonObject([.. payload.DeepClone().AsObject().Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())), KeyValuePair.Create(ClientToken, (JsonNode?)token)]);
        var packet = $"the message on {topic}";
        if (_refusals.Of(packet) is { } refusal) return new TopicResponse.Missing(NoResponse.NotAllowed, refusal);
        if (_client.IsConnected) _refusals.Sending(packet, Permissions.Publish(topic));
        lock (_gate) _pending = pending;
        try
        {
            var published = await _client.PublishAsync(new MqttMessage(topic, JsonSerializer.SerializeToUtf8Bytes(payload, PayloadJson.Default.JsonObject)), cancellationToken).ConfigureAwait(false);
            if (!published.IsSuccess) return Refused(packet, topic, published);
            var answer = await pending.Answer.Task.WaitAsync(AnswerTimeout, _time, cancellationToken).ConfigureAwait(false);
            if (answer is not TopicResponse.Missing) _refusals.Answered(packet);
            return answer;
        }
        catch (MqttConnectionLostException e)
        {
            return new TopicResponse.Missing(NoResponse.Lost, $"{e.Message} If the connection ends right after {packet} each time, the certificate's IoT policy does not allow it: it must allow {Permissions.Publish(topic)}.");
        }
        catch (TimeoutException)
        {
            return _refusals.Unanswered(packet, Permissions.Receive(topic)) is { } likely
                ? new TopicResponse.Missing(NoResponse.NotAllowed, likely)
                : new TopicResponse.Missing(NoResponse.Lost, $"No answer on {topic} in {AnswerTimeout.TotalSeconds:0} s.");
        }
        finally
        {
            lock (_gate) _pending = null;
        }
    }

    private TopicResponse.Missing Refused(string packet, string topic, MqttPublishResult published)
    {
        // A verdict: what ends the connection is something else.
        _refusals.Answered(packet);
        return published.ReasonCode == MqttReasonCode.NotAuthorized
            ? new TopicResponse.Missing(NoResponse.NotAllowed, Permissions.ToPublish(topic, published.ReasonString))
            : new TopicResponse.Missing(NoResponse.Lost, $"The broker refused the message on {topic}: {published.ReasonCode} (0x{(int)published.ReasonCode:X2}){(published.ReasonString is { } words ? $": {words}" : "")}.");
    }

    private Task OnDisconnectedAsync(MqttDisconnected disconnected)
    {
        var likely = _refusals.Ended(disconnected);
        lock (_gate) _pending?.Answer.TrySetResult(new TopicResponse.Missing(NoResponse.Lost, $"The connection was lost before the answer: {disconnected.Message}{(likely is null ? "" : $" {likely}")}"));
        return Task.CompletedTask;
    }

    private Task OnMessageAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_pending is { } pending && pending.Expects(message.Topic) && TopicResponseReader.Read(message, pending.Token) is { } answer) pending.Answer.TrySetResult(answer);
        }

        return Task.CompletedTask;
    }

    private sealed record Pending(string Topic, string? Token)
    {
        public TaskCompletionSource<TopicResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Expects(string topic) =>
            topic.StartsWith(Topic, StringComparison.Ordinal) && topic.AsSpan(Topic.Length) is AcceptedSuffix or RejectedSuffix;
    }
}

/// <summary>What came of a request to one of AWS IoT's services over MQTT.</summary>
internal abstract record TopicResponse
{
    private TopicResponse()
    {
    }

    /// <summary>The service did it.</summary>
    /// <param name="Json">All of the answer, with what in it cannot be read.</param>
    public sealed record Accepted(CloudJson Json) : TopicResponse
    {
        public JsonElement Payload => Json.Root;
    }

    /// <summary>The service refused.</summary>
    /// <param name="Code">Its code: a number (shadow, provisioning) or a name (jobs).</param>
    /// <param name="Message">Its words.</param>
    /// <param name="Payload">All of the answer.</param>
    public sealed record Rejected(string Code, string Message, JsonElement Payload) : TopicResponse;

    /// <summary>There is no answer. Whether the request was carried out is not known, unless <paramref name="Reason"/> says so.</summary>
    public sealed record Missing(NoResponse Reason, string Message) : TopicResponse;
}

/// <summary>Why a request has no answer.</summary>
internal enum NoResponse
{
    /// <summary>No connection; nothing was sent.</summary>
    NotConnected,

    /// <summary>The connection was lost on the way, or no answer came in time: it may have been carried out.</summary>
    Lost,

    /// <summary>The policy of the certificate does not allow it; nothing was done.</summary>
    NotAllowed,
}

/// <summary>What the policy of the certificate lacks, in words that name the statement to add.</summary>
internal static class Permissions
{
    public static string ToSubscribe(string filter, string why) =>
        $"The subscription to {filter} was refused ({why}): the certificate's IoT policy must allow {Subscribe([filter])}.";

    public static string ToPublish(string topic, string? why) =>
        $"Publishing to {topic} was refused{(why is null ? "" : $" ({why})")}: the certificate's IoT policy must allow {Publish(topic)}.";

    public static string Subscribe(IReadOnlyCollection<string> filters) => string.Join(" and ", filters.Select(f => $"iot:Subscribe on topicfilter/{f} and iot:Receive on topic/{f}"));

    public static string Publish(string topic) => $"iot:Publish on topic/{topic}";

    /// <summary>To hear the answers to a request.</summary>
    public static string Receive(string topic) => $"iot:Receive on topic/{topic}{TopicRequests.AcceptedSuffix} and topic/{topic}{TopicRequests.RejectedSuffix}";
}

/// <summary>How payloads are written.</summary>
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class PayloadJson : JsonSerializerContext;
