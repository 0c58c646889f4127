using System.Threading.Channels;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Broker.Connections;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Broker;

/// <summary>Ends the connections that would not be accepted any more: certificate not ACTIVE, or without the policy or the thing that it needs.</summary>
internal sealed class PermissionWatch : IAsyncDisposable
{
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RegistryService _registry;
    private readonly Func<IEnumerable<DeviceConnection>> _connections;
    private readonly Task _watching;

    public PermissionWatch(RegistryService registry, Func<IEnumerable<DeviceConnection>> connections)
    {
        (_registry, _connections) = (registry, connections);
        registry.Changed += OnChanged;
        _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _registry.Changed -= OnChanged;
        _changes.Writer.TryComplete();
        await _watching;
    }

    private void OnChanged() => _changes.Writer.TryWrite(true);

    private async Task WatchAsync()
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync())
        {
            foreach (var connection in _connections())
            {
                if (connection.Client is { } client && !client.Rights.MayConnect())
                    connection.End(new ConnectionEnd(DisconnectReason.ForbiddenAccess, "Its certificate or its policies no longer let it be connected.", ReasonCode.NotAuthorized));
            }
        }
    }
}
