using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Mqtt.Tests.Brokers;

/// <summary>The testbed's own broker behind its door for devices: mutual TLS, policies, and the quotas that this suite can live with.</summary>
public sealed class TestbedBroker : IBroker, IAsyncLifetime
{
    private const string Policy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"},{"Effect":"Deny","Action":"iot:*","Resource":["arn:aws:iot:us-east-1:123456789012:topic/forbidden/*","arn:aws:iot:us-east-1:123456789012:topicfilter/forbidden/*"]}]}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("testbed-broker-");
    private Cloud? _cloud;

    internal MqttBroker Broker => _cloud!.Broker;

    public string Host => "localhost";

    public int Port { get; private set; }

    public MqttTlsOptions? Tls { get; private set; }

    public async Task InitializeAsync()
    {
        var options = new TestbedOptions { PortBase = 0, BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero, PublishesPerSecond = 100_000 } };
        _cloud = await Cloud.StartAsync(options, _folder.FullName, CancellationToken.None);
        var device = Path.Combine(_folder.FullName, "device");
        _cloud.Provision("device", device);
        var pem = Path.Combine(device, "certificate.pem");
        _cloud.Registry.Policies.Create("all", Policy);
        _cloud.Registry.PolicyTargets.Attach("all", _cloud.Registry.Principals.OfThing("device").Single().CertificateId);
        Port = _cloud.Host.Port(Listener.IotDevices);
        Tls = new MqttTlsOptions
        {
            Certificate = X509Certificate2.CreateFromPemFile(pem, Path.Combine(device, "private.key")),
            Roots = [X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cloud.CaPath))],
        };
    }

    public async Task DisposeAsync()
    {
        if (_cloud is not null) await _cloud.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
