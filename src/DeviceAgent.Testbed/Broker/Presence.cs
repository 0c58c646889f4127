using System.Collections.Concurrent;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Broker;

/// <summary>Who is connected, and the lifecycle events about it.</summary>
/// <param name="bus">Where the events are published.</param>
/// <param name="clients">How many clients are remembered.</param>
/// <param name="time">The cloud's clock.</param>
internal sealed class Presence(IMessageBus bus, int clients, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ClientStatus> _clients = new();

    /// <summary>Every client seen since the start, connected or not.</summary>
    public IReadOnlyCollection<ClientStatus> Clients => [.. _clients.Values.OrderBy(c => c.ClientId, StringComparer.Ordinal)];

    public ClientStatus? Find(string clientId) => _clients.GetValueOrDefault(clientId);

    /// <summary>Notes a connection; returns what <see cref="Disconnected"/> needs to know of it.</summary>
    public ClientStatus Connected(string clientId, string certificateId, string address, ProtocolVersion version)
    {
        var before = Find(clientId);
        var status = new ClientStatus(clientId, certificateId, address, version, IsConnected: true, time.GetUtcNow(), Guid.NewGuid(), before?.VersionNumber + 1 ?? 0)
        {
            LastDisconnectReason = before?.LastDisconnectReason,
        };
        if (before is null && _clients.Count >= clients) Forget();
        _clients[clientId] = status;
        Tell(status, "connected", status.Since, end: null);
        return status;
    }

    /// <summary>A client that has connected anew meanwhile stays connected.</summary>
    public void Disconnected(ClientStatus connection, ConnectionEnd end)
    {
        var now = time.GetUtcNow();
        while (Find(connection.ClientId) is { } current)
        {
            var gone = current.SessionIdentifier == connection.SessionIdentifier ? current with { IsConnected = false, Since = now } : current;
            if (_clients.TryUpdate(connection.ClientId, gone with { LastDisconnectReason = end.Reason }, current)) break;
        }

        Tell(connection, "disconnected", now, end);
    }

    private void Tell(ClientStatus connection, string type, DateTimeOffset at, ConnectionEnd? end)
    {
        var topic = $"$aws/events/presence/{type}/{connection.ClientId}";
        if (!TopicRules.IsTopic(topic)) return;
        bus.Publish(topic, JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("clientId", connection.ClientId);
            json.WriteNumber("timestamp", at.ToUnixTimeMilliseconds());
            json.WriteString("eventType", type);
            json.WriteString("sessionIdentifier", connection.SessionIdentifier);
            json.WriteString("principalIdentifier", connection.CertificateId);
            if (end is null)
            {
                json.WriteString("ipAddress", connection.Address);
            }
            else
            {
                json.WriteBoolean("clientInitiatedDisconnect", end.Reason == DisconnectReason.ClientInitiated);
                json.WriteString("disconnectReason", end.Reason);
            }

            json.WriteNumber("versionNumber", connection.VersionNumber);
            json.WriteEndObject();
        }));
    }

    /// <summary>The one that was disconnected first.</summary>
    private void Forget()
    {
        if (_clients.Values.Where(c => !c.IsConnected).MinBy(c => c.Since) is { } oldest) _clients.TryRemove(oldest.ClientId, out _);
    }
}

/// <summary>What is known of a client id that was connected since the start.</summary>
/// <param name="ClientId">The MQTT client id; devices use their thing name.</param>
/// <param name="CertificateId">The certificate of the last connection.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="ProtocolVersion">MQTT 3.1.1 or 5.</param>
/// <param name="IsConnected">Whether it is connected now.</param>
/// <param name="Since">When it connected, or was disconnected.</param>
/// <param name="SessionIdentifier">Tells one connection from the next in lifecycle events.</param>
/// <param name="VersionNumber">Counts the connections, from 0.</param>
internal sealed record ClientStatus(
    string ClientId, string CertificateId, string Address, ProtocolVersion ProtocolVersion, bool IsConnected, DateTimeOffset Since, Guid SessionIdentifier, long VersionNumber)
{
    /// <summary>One of <see cref="DisconnectReason"/>; null when it was never disconnected.</summary>
    public string? LastDisconnectReason { get; init; }
}
