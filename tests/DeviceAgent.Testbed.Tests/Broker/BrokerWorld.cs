using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Broker.Codec;
using DeviceAgent.Testbed.Tests.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Testbed.Tests.Broker;

/// <summary>A broker in virtual time. Its one certificate may do everything, unless a test makes another.</summary>
internal sealed class BrokerWorld : IAsyncDisposable
{
    private readonly List<RawClient> _clients = [];
    private int _policies;

    public BrokerWorld(BrokerLimits? limits = null)
    {
        Time = new ManualTimeProvider(Iot.Time.GetUtcNow());
        Broker = new MqttBroker(Iot.Registry, Iot.Store, limits ?? new BrokerLimits(), Time, NullLogger<MqttBroker>.Instance);
        CertificateId = NewCertificate(IotWorld.AllowAll);
    }

    public IotWorld Iot { get; } = new();

    /// <summary>The broker's clock, with no timers on it but the broker's.</summary>
    public ManualTimeProvider Time { get; }

    public MqttBroker Broker { get; }

    public string CertificateId { get; }

    /// <summary>An ACTIVE certificate with this policy.</summary>
    public string NewCertificate(string policy)
    {
        var name = $"policy-{++_policies}";
        Iot.Registry.Policies.Create(name, policy);
        var id = Iot.NewCertificate().Id;
        Iot.Registry.PolicyTargets.Attach(name, id);
        return id;
    }

    /// <summary>One statement that allows some actions on a resource, e.g. <c>topic/a/*</c>.</summary>
    public static string Statement(string resource, params string[] actions) =>
        $$"""{"Effect":"Allow","Action":[{{string.Join(',', actions.Select(a => $"\"iot:{a}\""))}}],"Resource":"{{CloudAccount.Arn("iot", resource)}}"}""";

    public static string Policy(params string[] statements) => $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""";

    public RawClient Open(string? certificateId = null, int downstreamBytes = 1024 * 1024)
    {
        var client = new RawClient(Broker, certificateId ?? CertificateId, downstreamBytes);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connected client.</summary>
    public async Task<RawClient> ConnectAsync(string clientId, ProtocolVersion version = ProtocolVersion.V5, string? certificateId = null) =>
        (await ConnectAsync(Hello(clientId, version), certificateId)).Client;

    public async Task<(RawClient Client, ConnAckPacket Answer)> ConnectAsync(ConnectPacket connect, string? certificateId = null)
    {
        var client = Open(certificateId);
        var answer = await client.ConnectAsync(connect);
        Assert.Equal(ReasonCode.Success, answer.ReasonCode);
        return (client, answer);
    }

    public static ConnectPacket Hello(string clientId, ProtocolVersion version = ProtocolVersion.V5) =>
        new() { ClientId = clientId, Version = version, CleanStart = true, KeepAlive = 60 };

    /// <summary>For a client that comes back to its session.</summary>
    public static ConnectPacket Persistent(string clientId, ProtocolVersion version = ProtocolVersion.V5) => Hello(clientId, version) with
    {
        CleanStart = false,
        Properties = version == ProtocolVersion.V5 ? new MqttProperties { SessionExpiryInterval = 600 } : null,
    };

    /// <summary>Lets the interval between two CONNECTs of a client pass.</summary>
    public void Pause() => Time.Advance(TimeSpan.FromSeconds(1));

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        await Broker.DisposeAsync();
        Iot.Dispose();
    }
}

/// <summary>A test with a broker of its own.</summary>
public abstract class BrokerTest : IAsyncLifetime
{
    internal BrokerWorld World { get; } = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await World.DisposeAsync();
}
