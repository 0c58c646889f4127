using Amazon.DynamoDBv2;
using Amazon.Runtime;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Credentials;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.IotData;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Provisioning;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Shadow;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.State;
using DeviceAgent.Testbed.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>The AWS side: wires every service over one state directory and listens on its ports.</summary>
internal sealed class Cloud : IAsyncDisposable
{
    public const string RoleAlias = RegistrySeed.RoleAliasName;

    private readonly TestbedOptions _options;
    private readonly StateStore _store;
    private readonly CertificateAuthority _authority;
    private readonly TableStore _tables;
    private readonly TemporaryCertificates _temporary;
    private readonly ProvisioningService _provisioning;
    private readonly RegistrySeed _seed;
    private readonly ConsoleApi _console;
    private readonly Lazy<IAmazonDynamoDB> _consoleDynamoDb;
    private ListenerHost? _host;

    private Cloud(TestbedOptions options, string directory)
    {
        _options = options;
        Directory = directory;
        PrivateFiles.MakeDirectory(OwnDirectory);

        // Clock, faults, what happened lately.
        Faults = new FaultSwitches(new Random(1));
        Time = new CloudClock(TimeProvider.System, Faults);
        Activity = new Activity(TimeProvider.System);

        // State, certificates, keys.
        _store = new StateStore(Path.Combine(OwnDirectory, "state.db"));
        _authority = new CertificateAuthority(Path.Combine(OwnDirectory, "certificates"), TimeProvider.System);
        CaPath = Path.Combine(directory, CertificateFolder.CaFile);
        var keys = CloudKeys.LoadOrMake(_store);
        OperatorKey = keys.Operator;
        Tokens = new SessionTokens(keys.SessionTokenKey);
        Verifier = new SigV4Verifier(Tokens, OperatorKey, new SigV4Options(), Time);

        // The services of AWS.
        Iam = new IamService(_store, Time);
        Registry = new RegistryService(_store, _authority, RegistryOptionsOf(options), Time);
        Broker = new MqttBroker(Registry, _store, options.BrokerLimits, Time, NullLogger<MqttBroker>.Instance);
        Shadows = new ShadowService(_store, Time);
        Jobs = new JobsService(_store, Registry, Broker, Time);
        Templates = new ProvisioningTemplateRegistry(_store, Time);
        _temporary = new TemporaryCertificates(_store, Registry, Time);
        _provisioning = new ProvisioningService(Registry, Iam, Templates, _temporary, Time);
        _tables = new TableStore(OwnDirectory, options.DynamoDbUrl, Time);

        // The console.
        _seed = new RegistrySeed(Registry, Iam, _authority);
        _consoleDynamoDb = new Lazy<IAmazonDynamoDB>(CreateOperatorDynamoDb);
        _console = Console();
    }

    /// <summary>The state directory.</summary>
    public string Directory { get; }

    /// <summary>The part of it that is nobody else's.</summary>
    public string OwnDirectory => Path.Combine(Directory, "cloud");

    /// <summary>The certificate (PEM) that a device must trust to talk to the credentials provider.</summary>
    public string CaPath { get; }

    public OperatorKey OperatorKey { get; }

    public FaultSwitches Faults { get; }

    /// <summary>The cloud's clock; the faults can set it wrong.</summary>
    public TimeProvider Time { get; }

    public Activity Activity { get; }

    public IamService Iam { get; }

    public RegistryService Registry { get; }

    public ProvisioningTemplateRegistry Templates { get; }

    public MqttBroker Broker { get; }

    public ShadowService Shadows { get; }

    public JobsService Jobs { get; }

    public SessionTokens Tokens { get; }

    public SigV4Verifier Verifier { get; }

    public ListenerHost Host => _host ?? throw new InvalidOperationException("The listeners are not open.");

    /// <summary>As <c>aws iot describe-endpoint</c> tells it: host and port.</summary>
    public string CredentialsEndpoint => $"localhost:{Host.Port(Listener.CredentialsProvider)}";

    /// <summary>Where devices connect with MQTT, and with HTTPS and their certificate, as <c>aws iot describe-endpoint</c> tells it.</summary>
    public string DataEndpoint => $"localhost:{Host.Port(Listener.IotDevices)}";

    /// <exception cref="PortTakenException">Another process has one of the ports.</exception>
    public static async Task<Cloud> StartAsync(TestbedOptions options, string directory, CancellationToken cancellationToken)
    {
        var cloud = new Cloud(options, directory);
        try
        {
            PrivateFiles.Write(cloud.CaPath, cloud._authority.CertificatePem);
            cloud._seed.EnsureDefaults();
            new ProvisioningSeed(cloud.Registry, cloud.Iam, cloud.Templates, cloud._authority).EnsureDefaults(directory);
            cloud.ServeTopics();
            cloud._host = await ListenerHost.StartAsync(options.PortBase, cloud.Listeners(), cancellationToken);
            return cloud;
        }
        catch
        {
            await cloud.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers a thing with a certificate that has the default policy, and writes its files. What is there stays.</summary>
    public void Provision(string thing, string folder) => _seed.ProvisionThing(thing, folder);

    /// <summary>Shows these things on the console.</summary>
    public void Watch(ShownThings things) => _console.Watch(things);

    /// <summary>Whether the thing is connected by MQTT.</summary>
    public bool IsConnected(string thing) => Broker.Presence.Find(thing) is { IsConnected: true };

    /// <summary>What the thing's agent reports of itself; empty until it has.</summary>
    public ReportedShadow Reported(string thing) => new(ShadowKey.Of(thing, ShadowService.AgentShadow) is { } key ? Shadows.Find(key) : null);

    /// <summary>How many items each table has, by its name, whatever the clients' permissions; null when the tables are on another server.</summary>
    public IReadOnlyDictionary<string, long>? ItemCounts() => _tables.ItemCounts();

    /// <summary>An unmodified SDK client with the operator's key, that goes through the DynamoDB listener.</summary>
    public IAmazonDynamoDB CreateOperatorDynamoDb() => new AmazonDynamoDBClient(
        new BasicAWSCredentials(OperatorKey.AccessKeyId, OperatorKey.SecretAccessKey),
        new AmazonDynamoDBConfig { ServiceURL = Host.Url(Listener.DynamoDb).ToString(), AuthenticationRegion = CloudAccount.Region });

    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        await Broker.DisposeAsync();
        await _temporary.DisposeAsync();
        if (_host is not null) await _host.DisposeAsync();
        if (_consoleDynamoDb.IsValueCreated) _consoleDynamoDb.Value.Dispose();
        _tables.Dispose();
        _authority.Dispose();
        _store.Dispose();
    }

    private ConsoleApi Console()
    {
        var fleet = new FleetControl(Registry, Shadows, Jobs, Time);
        var readings = new RecentReadings(_consoleDynamoDb);
        var switches = new ThingSwitches(Registry, Iam, Faults, Activity);
        return new ConsoleApi(new FaultsApi(Faults), new StatusView(this, switches, readings, fleet), readings, switches, fleet);
    }

    private static RegistryOptions RegistryOptionsOf(TestbedOptions options) => options.CredentialLifetime is { } lifetime && lifetime < TimeSpan.FromMinutes(15)
        ? new RegistryOptions { MinimumCredentialDurationSeconds = (int)lifetime.TotalSeconds }
        : new RegistryOptions();

    /// <summary>The services that devices reach by reserved topics.</summary>
    private void ServeTopics()
    {
        Broker.Serve(new ShadowTopics(Shadows, Broker, Time));
        Broker.Serve(new ProvisioningTopics(_provisioning));
        Broker.Serve(new JobTopics(Jobs.Devices, Time));
    }

    /// <summary>What answers on each port.</summary>
    private Dictionary<Listener, (RequestDelegate Handler, Action<ListenOptions>? Configure)> Listeners()
    {
        var provider = new CredentialsProviderApi(
            Registry, Iam, _authority, Tokens, Faults, Activity,
            new CredentialsProviderOptions { CredentialLifetime = _options.CredentialLifetime }, Time, NullLogger<CredentialsProviderApi>.Instance);
        var dynamoDb = new DynamoDbApi(
            Verifier, new DynamoDbGuard(Iam.Decide), _tables.Operations, new FaultyBackend(_tables.Backend, Faults, TimeProvider.System), Activity, Time);
        var iot = new RegistryApi(Registry, Iam, Reader(SignedService.Iot), EndpointOf, ControlRoutes());
        var data = new IotDataApi(Registry, Iam, Reader(SignedService.IotData), DataRoutes());
        var devices = new DeviceListener(_authority, Registry, Faults, Broker, Time, NullLogger<DeviceListener>.Instance);
        return new()
        {
            [Listener.CredentialsProvider] = (provider.HandleAsync, provider.ConfigureTls),
            [Listener.DynamoDb] = (dynamoDb.HandleAsync, null),
            [Listener.Iot] = (iot.HandleAsync, null),
            [Listener.Iam] = (new IamApi(Reader(SignedService.Iam), Iam).HandleAsync, null),
            [Listener.Sts] = (new StsApi(Reader(SignedService.Sts)).HandleAsync, null),
            [Listener.IotData] = (data.HandleSignedAsync, null),
            [Listener.IotDevices] = (data.HandleDeviceAsync, devices.Configure),
            [Listener.Console] = (_console.HandleAsync, null),
        };
    }

    /// <summary>The control plane's operations beside the registry's own.</summary>
    private IReadOnlyList<RestRoute> ControlRoutes() =>
    [
        .. new ProvisioningTemplateOperations(Templates, _provisioning).Routes,
        .. new JobOperations(Jobs.Control, Registry.ThingGroups, Time).Routes,
        .. new JobExecutionOperations(Jobs.Control, Time).Routes,
    ];

    /// <summary>The data plane's operations, of every service behind it.</summary>
    private IReadOnlyList<RestRoute> DataRoutes() =>
    [
        .. new PublishOperations(Broker, Time).Routes,
        .. new RetainedOperations(Broker.Retained).Routes,
        .. new ConnectionOperations(Broker).Routes,
        .. new ShadowOperations(Shadows, Time).Routes,
        .. new JobsDataOperations(Jobs.Devices, Time).Routes,
    ];

    private SignedRequestReader Reader(SignedService service) => new(Verifier, service, Time);

    private string? EndpointOf(string endpointType) => endpointType switch
    {
        "iot:CredentialProvider" => CredentialsEndpoint,
        "iot:Data" or "iot:Data-ATS" or "iot:Jobs" => DataEndpoint,
        _ => null,
    };
}
