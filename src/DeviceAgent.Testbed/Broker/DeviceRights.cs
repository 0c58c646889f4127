using System.Threading.Channels;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Broker;

/// <summary>What the policies of its certificate let one connection do. Read anew whenever the registry has changed.</summary>
/// <param name="registry">Certificates, things and policies.</param>
/// <param name="certificateId">Who it is.</param>
/// <param name="clientId">As which client; variables of the thing are known only when it is the name of an attached thing.</param>
/// <param name="address">Where it comes from.</param>
/// <param name="attributes">What the connection asks for, as <c>iot:ConnectAttributes</c> names it.</param>
internal sealed class DeviceRights(RegistryService registry, string certificateId, string clientId, string address, IReadOnlyList<string> attributes)
{
    private volatile State? _state;

    public bool IsActive => Current().IsActive;

    public bool MayConnect() => Allows("iot:Connect", $"client/{clientId}");

    public bool MayPublish(string topic, bool retain) => Allows("iot:Publish", $"topic/{topic}") && (!retain || Allows("iot:RetainPublish", $"topic/{topic}"));

    public bool MayReceive(string topic) => Allows("iot:Receive", $"topic/{topic}");

    /// <summary>The filter is compared as it was sent: its wildcards are plain characters to policies.</summary>
    public bool MaySubscribe(string filter) => Allows("iot:Subscribe", $"topicfilter/{filter}");

    private bool Allows(string action, string resource)
    {
        var state = Current();
        return state.IsActive
            && PolicyEvaluator.Evaluate(state.Policies, new PolicyRequest(action, CloudAccount.Arn("iot", resource), state.Context)) == PolicyDecision.Allow;
    }

    private State Current()
    {
        // The version first: a change while the rest is read makes it read once more.
        var version = registry.Version;
        return _state is { } known && known.Version == version ? known : _state = Read(version);
    }

    private State Read(long version)
    {
        var context = registry.IsAttached(clientId, certificateId) && registry.FindThing(clientId) is { } thing
            ? ThingVariables.Of(thing, attached: true)
            : [];
        context["iot:ClientId"] = [clientId];
        context["iot:ConnectAttributes"] = attributes;
        context["aws:SourceIp"] = [address];
        var active = registry.FindCertificate(certificateId) is { Status: CertificateStatus.Active };
        return new State(version, active, registry.PoliciesOf(certificateId), context);
    }

    private sealed record State(long Version, bool IsActive, IReadOnlyList<PolicyDocument> Policies, IReadOnlyDictionary<string, IReadOnlyList<string>> Context);
}

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
