using System.Collections.Concurrent;
using System.IO.Pipelines;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.State;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Testbed.Broker;

/// <summary>The message broker of AWS IoT Core: MQTT 3.1.1 and 5, QoS 0 and 1, with the service's own rules.</summary>
internal sealed class MqttBroker : IMessageBus, IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly RegistryService _registry;
    private readonly BrokerLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<DeviceConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<string, ClientSession> _sessions = new();
    private readonly ConnectPace _pace;
    private readonly MessageRouter _router;
    private readonly Wills _wills;
    private readonly PermissionWatch _watch;
    private readonly ITimer _timer;
    private volatile IReadOnlyList<ITopicService> _services = [];
    private volatile bool _stopping;

    /// <param name="registry">Certificates, things and policies.</param>
    /// <param name="store">Where retained messages are kept.</param>
    /// <param name="limits">Quotas.</param>
    /// <param name="time">The cloud's clock.</param>
    public MqttBroker(RegistryService registry, StateStore store, BrokerLimits limits, TimeProvider time, ILogger<MqttBroker> logger)
    {
        (_registry, _limits, _time, _logger) = (registry, limits, time, logger);
        _pace = new ConnectPace(limits.ConnectInterval, time);
        Presence = new Presence(this, limits.Sessions, time);
        Retained = new RetainedMessages(store, limits.RetainedMessages, time);
        _router = new MessageRouter(_sessions);
        _wills = new Wills(TryPublish, time);
        _watch = new PermissionWatch(registry, () => _connections.Keys);
        _timer = time.CreateTimer(_ => OnTick(), null, Tick, Tick);
    }

    /// <summary>Who is connected.</summary>
    public Presence Presence { get; }

    public RetainedMessages Retained { get; }

    /// <summary>Connections that stand, accepted or not yet.</summary>
    public int Connections => _connections.Count;

    /// <summary>Sessions, of clients that are connected and of those that may come back.</summary>
    public int Sessions => _sessions.Count;

    /// <summary>Registers a service for messages on its reserved topics.</summary>
    public void Serve(ITopicService service)
    {
        lock (_gate) _services = [.. _services, service];
    }

    /// <summary>Serves a client until its connection has ended.</summary>
    /// <param name="transport">The connection, behind TLS.</param>
    /// <param name="certificateId">What it showed in the handshake.</param>
    /// <param name="address">Where it comes from.</param>
    /// <param name="closed">Fires when the transport is gone.</param>
    /// <returns>Whether the connection was ended in good order: if not, the transport must be torn down.</returns>
    public Task<bool> ServeAsync(IDuplexPipe transport, string certificateId, string address, CancellationToken closed)
    {
        var connection = new DeviceConnection(this, transport, certificateId, address, _limits, _time);
        var served = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[connection] = served.Task;
        if (_stopping) connection.End(ShuttingDown());
        return RunAsync();

        async Task<bool> RunAsync()
        {
            try
            {
                return await connection.RunAsync(closed);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
                connection.Dispose();
                served.SetResult();
            }
        }
    }

    public void Publish(string topic, ReadOnlyMemory<byte> payload) => _router.Route(new BrokerMessage(topic, payload));

    /// <summary>Routes a message, and keeps it if it is to be retained; false when no more can be kept.</summary>
    public bool TryPublish(BrokerMessage message)
    {
        if (message.Retain && !Retained.TryKeep(message)) return false;
        _router.Route(message);
        return true;
    }

    /// <summary>Gives a request on a reserved topic to the service that takes it; false when none does.</summary>
    public bool TryServe(TopicRequest request) => _services.Any(service => service.TryHandle(request));

    public bool TryServe(PublishPacket publish, DeviceConnection connection, AcceptedClient client) =>
        TryServe(new TopicRequest(publish.Topic, publish.Payload, client.Terms.ClientId, connection.CertificateId, (topic, payload) => MessageRouter.Reply(connection, client, topic, payload)));

    /// <summary>Ends a client's connection; false when there is none.</summary>
    /// <param name="clientId">Whose.</param>
    /// <param name="forgetSession">Its session ends as well.</param>
    /// <param name="preventWill">Its will is not sent.</param>
    public bool Disconnect(string clientId, bool forgetSession, bool preventWill)
    {
        if (!_sessions.TryGetValue(clientId, out var session) || session.Connection is not { } connection) return false;
        if (forgetSession) session.Expiry = TimeSpan.Zero;
        connection.End(new ConnectionEnd(DisconnectReason.ApiInitiated, "DeleteConnection.", ReasonCode.AdministrativeAction) { SendsWill = !preventWill });
        return true;
    }

    /// <summary>Handles a CONNECT: null when the client was accepted, its CONNACK sent and its session taken over; otherwise the reason.</summary>
    public ReasonCode? Enter(DeviceConnection connection, ConnectPacket connect)
    {
        if (ConnectRules.Refusal(connect, _limits) is { } refusal) return refusal;
        var terms = ConnectTerms.Of(connect, _limits);
        var rights = new DeviceRights(_registry, connection.CertificateId, terms.ClientId, connection.Address, ConnectRules.Attributes(connect, terms));
        if (!rights.MayConnect()) return ReasonCode.NotAuthorized;

        ClientSession session;
        ClientSession? replaced = null;
        DeviceConnection? before;
        bool resumed;
        lock (_gate)
        {
            if (_stopping) return ReasonCode.ServerUnavailable;
            if (!_pace.TryTake(terms.ClientId)) return ReasonCode.QuotaExceeded;
            var known = _sessions.GetValueOrDefault(terms.ClientId);
            if (known is null && _sessions.Count >= _limits.Sessions) return ReasonCode.QuotaExceeded;
            resumed = known is { HasExpired: false } && !connect.CleanStart && (known.Expiry > TimeSpan.Zero);
            session = resumed ? known! : new ClientSession(terms.ClientId, _limits, _time);
            if (!resumed) replaced = known;
            var client = new AcceptedClient(
                terms, connect.Version, session, rights, Presence.Connected(terms.ClientId, connection.CertificateId, connection.Address, connect.Version), _wills.Of(connect, terms));
            connection.Accept(client, connect, new ConnAckPacket
            {
                SessionPresent = resumed,
                Properties = connect.Version == ProtocolVersion.V5 ? terms.Granted(connect, _limits) : null,
            });
            before = session.Attach(connection, rights, terms.Expiry) ?? replaced?.Connection;
            _sessions[terms.ClientId] = session;
        }

        before?.End(new ConnectionEnd(DisconnectReason.DuplicateClientId, "Another connection has the same client id.", ReasonCode.SessionTakenOver));
        if (replaced?.Will is { } will) _wills.Publish(will.Message, will.Rights);
        Log.Connected(_logger, terms.ClientId, connection.CertificateId, connection.Address, connect.Version, resumed);
        return null;
    }

    /// <summary>The connection has ended: keeps or removes its session, sends its will.</summary>
    public void Left(DeviceConnection connection, ConnectionEnd end)
    {
        if (connection.Client is not { } client)
        {
            Log.NotAccepted(_logger, connection.CertificateId, connection.Address, end.Detail);
            return;
        }

        var session = client.Session;
        var takenOver = !session.Detach(connection);
        if (session.Expiry == TimeSpan.Zero && !takenOver) _sessions.TryRemove(KeyValuePair.Create(client.Terms.ClientId, session));
        var isKept = _sessions.GetValueOrDefault(client.Terms.ClientId) == session;
        Presence.Disconnected(client.Status, end);
        Log.Disconnected(_logger, client.Terms.ClientId, end.Reason, end.Detail);
        if (end.SendsWill) _wills.Left(client, isKept, takenOver);
    }

    /// <summary>A fault of this program, not of the client.</summary>
    public void Failed(DeviceConnection connection, Exception exception) => Log.Failed(_logger, exception, connection.Address);

    /// <summary>Ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _stopping = true;
        await _timer.DisposeAsync();
        await _watch.DisposeAsync();
        foreach (var connection in _connections.Keys) connection.End(ShuttingDown());
        await Task.WhenAll(_connections.Values);
    }

    private static ConnectionEnd ShuttingDown() => new(DisconnectReason.ServerInitiated, "The broker stops.", ReasonCode.ServerShuttingDown);

    private void OnTick()
    {
        foreach (var connection in _connections.Keys) connection.CheckKeepAlive();
        _pace.Forget();
        foreach (var session in _sessions.Values)
        {
            _wills.PublishIfDue(session);
            lock (_gate)
            {
                if (session.HasExpired) _sessions.TryRemove(KeyValuePair.Create(session.ClientId, session));
            }
        }
    }
}
