using System.Text;
using System.Threading.Channels;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Tests.Control;

/// <summary>A client that keeps itself connected, as far as the test lets it, to a cloud in memory.</summary>
internal sealed class FakeMqttClient : IMqttClient
{
    private readonly FakeCloud _cloud;
    private readonly Channel<MqttMessage> _incoming = Channel.CreateUnbounded<MqttMessage>();
    private readonly CancellationTokenSource _disposed = new();
    private readonly TaskCompletionSource<MqttConnectResult> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _filters = [];
    private readonly List<string> _subscribes = [];
    private readonly Task _loop;
    private bool _wanted;
    private volatile bool _connected;

    public FakeMqttClient(FakeCloud cloud)
    {
        _cloud = cloud;
        _loop = Task.Run(HandleAsync);
    }

    public event Func<MqttConnected, Task>? ConnectedAsync;

    public event Func<MqttDisconnected, Task>? DisconnectedAsync;

    public event Func<MqttMessage, CancellationToken, Task>? MessageReceivedAsync;

    public bool IsConnected => _connected;

    /// <summary>Every filter that was asked for, in order.</summary>
    public IReadOnlyList<string> Subscribes
    {
        get
        {
            lock (_filters) return [.. _subscribes];
        }
    }

    public void ForgetSubscribes()
    {
        lock (_filters) _subscribes.Clear();
    }

    /// <summary>The filters that were granted.</summary>
    public IReadOnlyList<string> Granted
    {
        get
        {
            lock (_filters) return [.. _filters.Order(StringComparer.Ordinal)];
        }
    }

    public async Task<MqttConnectResult> ConnectAsync(CancellationToken cancellationToken = default)
    {
        _wanted = true;
        if (_cloud.IsUp) await ComeUpAsync(sessionPresent: false);
        return await _first.Task.WaitAsync(cancellationToken);
    }

    public Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        _wanted = false;
        _connected = false;
        _first.TrySetCanceled(CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>What the broker says to each message.</summary>
    public MqttReasonCode Verdict { get; set; } = MqttReasonCode.Success;

    /// <summary>How often something was sent that ended the connection.</summary>
    public int FatalSends { get; private set; }

    /// <summary>What such an end looks like.</summary>
    public MqttDisconnected FatalEnd { get; set; } = new(MqttDisconnectReason.ConnectionLost, "The server closed the connection.");

    public async Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken = default)
    {
        if (!_connected) throw new MqttNotConnectedException("not connected");
        if (_cloud.FatalPublishes.Contains(message.Topic)) await DieAsync(new MqttConnectionLostException("The connection ended."));
        _cloud.Receive(this, message.Topic, Encoding.UTF8.GetString(message.Payload.Span));
        return new MqttPublishResult(_cloud.RefusedPublishes.Contains(message.Topic) ? MqttReasonCode.NotAuthorized : Verdict);
    }

    public async Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken = default)
    {
        if (!_connected) throw new MqttNotConnectedException("not connected");
        if (filters.Any(f => _cloud.FatalFilters.Contains(f.Filter))) await DieAsync(new MqttNotConnectedException("The connection ended."));
        var items = new List<MqttSubscribeResultItem>();
        lock (_filters)
        {
            foreach (var filter in filters.Select(f => f.Filter))
            {
                _subscribes.Add(filter);
                var refused = _cloud.RefusedFilters.Any(r => filter.Contains(r, StringComparison.Ordinal));
                if (!refused) _filters.Add(filter);
                items.Add(new MqttSubscribeResultItem(filter, refused ? MqttReasonCode.NotAuthorized : MqttReasonCode.Success));
            }
        }

        _cloud.Subscribed();
        return new MqttSubscribeResult(items);
    }

    public bool IsSubscribed(string filter)
    {
        lock (_filters) return _filters.Contains(filter);
    }

    public Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    /// <summary>The connection comes about, if it is wanted.</summary>
    public async Task ComeUpAsync(bool sessionPresent)
    {
        if (!_wanted || _connected) return;
        if (!sessionPresent) Restore();
        _connected = true;
        var result = new MqttConnectResult(sessionPresent, "boiler-07", TimeSpan.FromSeconds(60), null);
        _first.TrySetResult(result);
        foreach (var handler in Delegate.EnumerateInvocationList(ConnectedAsync)) await handler(new MqttConnected(result, []));
    }

    public Task GoDownAsync(MqttDisconnectReason reason) => GoDownAsync(new MqttDisconnected(reason, $"test: {reason}"));

    private async Task GoDownAsync(MqttDisconnected end)
    {
        if (!_connected) return;
        _connected = false;
        foreach (var handler in Delegate.EnumerateInvocationList(DisconnectedAsync)) await handler(end);
    }

    /// <summary>The connection ends, and the next one stands at once.</summary>
    private async Task DieAsync(MqttException e)
    {
        FatalSends++;
        await GoDownAsync(FatalEnd);
        await ComeUpAsync(sessionPresent: true);
        throw e;
    }

    /// <summary>As the real client does it: what was granted before is subscribed to again, before anybody is told of the connection.</summary>
    private void Restore()
    {
        lock (_filters)
        {
            _subscribes.AddRange(_filters);
            _filters.RemoveWhere(f => _cloud.RefusedFilters.Any(r => f.Contains(r, StringComparison.Ordinal)));
        }
    }

    /// <summary>A message that the client is subscribed to.</summary>
    public void Deliver(string topic, string payload)
    {
        lock (_filters)
        {
            if (!_filters.Any(f => Matches(f, topic))) return;
        }

        _incoming.Writer.TryWrite(new MqttMessage(topic, Encoding.UTF8.GetBytes(payload)));
    }

    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        _cloud.Forget(this);
        await _disposed.CancelAsync();
        await _loop;
        _disposed.Dispose();
    }

    private static bool Matches(string filter, string topic)
    {
        var (f, t) = (filter.Split('/'), topic.Split('/'));
        return f.Length == t.Length && f.Zip(t).All(p => p.First == "+" || p.First == p.Second);
    }

    private async Task HandleAsync()
    {
        try
        {
            await foreach (var message in _incoming.Reader.ReadAllAsync(_disposed.Token))
            {
                foreach (var handler in Delegate.EnumerateInvocationList(MessageReceivedAsync)) await handler(message, _disposed.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }
}
