using DeviceAgent.Credentials.Text;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace DeviceAgent.Mqtt.Connections;

/// <summary>
/// One accepted connection, from CONNACK to its end, carried by an MQTTnet client of its own: that one gives the packets their ids and
/// finds the answers to them. It ends once, for the first reason.
/// </summary>
internal sealed class MqttConnection : IDisposable
{
    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromSeconds(2);

    private readonly MQTTnet.MqttClient _client;
    private readonly GuardedAdapter _adapter;
    private readonly MqttClientOptions _options;
    private readonly Func<MqttPublishPacket, Task<bool>> _handle;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly ServerLimits _server;
    private readonly SemaphoreSlim _window;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly CancellationToken _end;

    /// <param name="client">Behind the CONNACK; disposed at the end.</param>
    /// <param name="adapter">The client's; disposed with it.</param>
    /// <param name="keepAlive">As granted.</param>
    /// <param name="options">The options of ours.</param>
    /// <param name="before">The handling of the former connection: one message at a time, across connections.</param>
    /// <param name="handle">Handles a message; true to acknowledge it.</param>
    /// <param name="timeProvider">Measures all times.</param>
    /// <param name="logger">For what is odd but no fault.</param>
    public MqttConnection(
        MQTTnet.MqttClient client, GuardedAdapter adapter, TimeSpan keepAlive, MqttClientOptions options, Task before,
        Func<MqttPublishPacket, Task<bool>> handle, TimeProvider timeProvider, ILogger logger)
    {
        (_client, _adapter, _options, _handle, _timeProvider, _logger) = (client, adapter, options, handle, timeProvider, logger);
        _end = _lifetime.Token;
        _server = new ServerLimits(adapter.ConnAck!, options.ProtocolVersion);
        _window = new SemaphoreSlim(Math.Min(options.MaximumInFlight, _server.ReceiveMaximum));
        Handled = HandleAsync(before);
        Closed = RunAsync(keepAlive);
    }

    /// <summary>Why it ended. Never faults.</summary>
    public Task<MqttDisconnected> Closed { get; }

    /// <summary>Completes after the end, when no handler runs any more. Never faults.</summary>
    public Task Handled { get; }

    public bool IsOpen => !_adapter.Ended.IsCompleted;

    /// <summary>Ends the connection; only the first reason counts.</summary>
    public void End(MqttDisconnected reason) => _adapter.End(reason);

    /// <summary>Cancelling ends only the wait: the place in the server's window is taken until the server has answered.</summary>
    public async Task<MqttPublishResult> PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        _server.Check(message);
        var publishing = message.QualityOfService == MqttQualityOfService.AtMostOnce
            ? AskAsync(token => PublishAsync(_client, message, token), null, e => new MqttNotConnectedException(Gone, e))
            : PublishInWindowAsync(message, cancellationToken);
        return await Observed(publishing).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttTopicFilter> filters, CancellationToken cancellationToken)
    {
        foreach (var filter in filters) _server.Check(filter);
        var asked = new MqttClientSubscribeOptions { TopicFilters = [.. filters.Select(MessageMapping.ToNet)] };
        var result = await AskInTimeAsync(token => _client.SubscribeAsync(asked, token), cancellationToken).ConfigureAwait(false);
        return new MqttSubscribeResult([.. result.Items.Select(i => new MqttSubscribeResultItem(i.TopicFilter.Topic, (MqttReasonCode)(int)i.ResultCode))], PrintableText.Of(result.ReasonString));
    }

    public async Task<MqttSubscribeResult> UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancellationToken)
    {
        var asked = new MqttClientUnsubscribeOptions { TopicFilters = [.. filters] };
        var result = await AskInTimeAsync(token => _client.UnsubscribeAsync(asked, token), cancellationToken).ConfigureAwait(false);
        return new MqttSubscribeResult([.. result.Items.Select(i => new MqttSubscribeResultItem(i.TopicFilter, (MqttReasonCode)(int)i.ResultCode))], PrintableText.Of(result.ReasonString));
    }

    /// <summary>Called by the connection itself, after its end.</summary>
    public void Dispose() => _lifetime.Dispose();

    private string Gone => IsOpen ? "The connection ended." : $"The connection ended: {_adapter.Ended.Result.Message}";

    private static async Task<MqttPublishResult> PublishAsync(MQTTnet.MqttClient client, MqttMessage message, CancellationToken cancellationToken)
    {
        var result = await client.PublishAsync(MessageMapping.ToNet(message), cancellationToken).ConfigureAwait(false);
        return new MqttPublishResult((MqttReasonCode)(int)result.ReasonCode, PrintableText.Of(result.ReasonString));
    }

    private async Task<MqttPublishResult> PublishInWindowAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.AckTimeout, _timeProvider);
        var tooLate = $"No acknowledgement of a message on {message.Topic} within {_options.AckTimeout.TotalSeconds:F0} s; it may have arrived.";
        using (var waiting = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _end, cancellationToken))
        {
            try
            {
                await _window.WaitAsync(waiting.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw IsOpen ? new MqttTimeoutException(tooLate) : new MqttNotConnectedException(Gone);
            }
        }

        try
        {
            // A place may still be given to a wait that is being cancelled.
            cancellationToken.ThrowIfCancellationRequested();

            // The time limit of the acknowledgement begins now: a place that came late says nothing about the connection.
            late.CancelAfter(_options.AckTimeout);

            // A place that a lost message has left.
            if (!IsOpen) throw new MqttNotConnectedException(Gone);
            return await AskAsync(token => PublishAsync(_client, message, token), late, e => new MqttConnectionLostException(Gone, e)).ConfigureAwait(false);
        }
        catch (MqttTimeoutException)
        {
            // A connection on which nothing is acknowledged is dead, whatever it brings in.
            End(new MqttDisconnected(MqttDisconnectReason.ConnectionLost, tooLate));
            throw new MqttTimeoutException(tooLate);
        }
        finally
        {
            _window.Release();
        }
    }

    /// <summary>A question whose answer has a time limit; cancelling ends only the wait.</summary>
    private async Task<T> AskInTimeAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        return await Observed(RunAsync()).WaitAsync(cancellationToken).ConfigureAwait(false);

        async Task<T> RunAsync()
        {
            using var late = new CancellationTokenSource(_options.AckTimeout, _timeProvider);
            return await AskAsync(ask, late, e => new MqttNotConnectedException(Gone, e)).ConfigureAwait(false);
        }
    }

    /// <summary>Asks MQTTnet, and puts whatever it throws into our words.</summary>
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationTokenSource? late, Func<Exception, MqttException> lost)
    {
        // Without a token that fires at the end, MQTTnet waits for ever.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_end, late?.Token ?? CancellationToken.None);
        try
        {
            return await ask(over.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var cause = NetFailure.RootOf(e);
            if (cause is MqttLimitException limit) throw limit;
            if (!IsOpen) throw lost(e);
            if (late is { IsCancellationRequested: true }) throw new MqttTimeoutException($"No answer within {_options.AckTimeout.TotalSeconds:F0} s.");
            // A SUBACK with too few or no codes; the latter is an ArgumentOutOfRangeException.
            if (cause is MqttProtocolViolationException or ArgumentException)
            {
                var broken = MqttProtocolException.Error(PrintableText.Of(cause.Message));
                End(NetFailure.Broken(broken));
                throw broken;
            }

            // MQTTnet takes its parts away while a request is under way: NullReferenceException and ObjectDisposedException are a loss, too.
            End(NetFailure.Lost(e));
            throw lost(e);
        }
    }

    private async Task<MqttDisconnected> RunAsync(TimeSpan keepAlive)
    {
        // What runs here until its first wait must not run on the caller: the constructor.
        await Task.Yield();
        var watching = WatchAsync(keepAlive);
        var reason = await _adapter.Ended.ConfigureAwait(false);
        await _lifetime.CancelAsync().ConfigureAwait(false);
        await SayGoodbyeAsync(reason).ConfigureAwait(false);
        await watching.ConfigureAwait(false);
        _client.Dispose();
        _adapter.Dispose();
        // The handler of a message may go on for long: it is not waited for, and sees the end at its acknowledgement.
        _ = Handled.ContinueWith(_ => Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return reason;
    }

    private async Task WatchAsync(TimeSpan keepAlive)
    {
        try
        {
            await _adapter.KeepAlive.RunAsync(keepAlive, _adapter.PingAsync, _end).ConfigureAwait(false);
            End(new MqttDisconnected(MqttDisconnectReason.KeepAliveTimeout, "The server does not answer.") { ReasonCode = MqttReasonCode.KeepAliveTimeout });
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private async Task HandleAsync(Task before)
    {
        try
        {
            await before.WaitAsync(_end).ConfigureAwait(false);
            while (true)
            {
                var publish = await _adapter.Incoming.NextAsync(_end).ConfigureAwait(false);
                var acknowledge = await _handle(publish).ConfigureAwait(false);
                if (publish.QualityOfServiceLevel == MqttQualityOfServiceLevel.AtMostOnce)
                {
                    _adapter.Incoming.Handled();
                }
                else if (acknowledge)
                {
                    // Counted before it is sent: the server may answer with the next message at once.
                    _adapter.Incoming.Acknowledging();
                    await _adapter.AcknowledgeAsync(publish.PacketIdentifier).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended; what waits comes again in the next one.
            await before.ConfigureAwait(false);
        }
    }

    /// <summary>Closes, behind a DISCONNECT where there is one to say and somebody to hear it.</summary>
    private async Task SayGoodbyeAsync(MqttDisconnected reason)
    {
        var code = reason.Reason switch
        {
            MqttDisconnectReason.ClientRequested => MqttReasonCode.Success,
            MqttDisconnectReason.ProtocolError or MqttDisconnectReason.KeepAliveTimeout => reason.ReasonCode ?? MqttReasonCode.ProtocolError,
            _ => (MqttReasonCode?)null,
        };
        _adapter.Goodbye = code == MqttReasonCode.Success || _options.ProtocolVersion == MqttProtocolVersion.V5 ? code : null;
        using var patience = new CancellationTokenSource(GoodbyeTimeout, _timeProvider);
        try
        {
            await _client.DisconnectAsync(new MqttClientDisconnectOptions(), patience.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is gone already; MQTTnet has cleaned up all the same.
        }
    }

    /// <summary>Whoever waited may be gone when it fails.</summary>
    private static Task<T> Observed<T>(Task<T> task)
    {
        _ = task.ContinueWith(
            static t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }
}
