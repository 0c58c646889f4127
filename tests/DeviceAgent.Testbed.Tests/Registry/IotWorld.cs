using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.State;
using DeviceAgent.Testbed.Tests.Jobs;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>An account of its own. The cloud's clock stands still at the real time, for real TLS clients judge certificates by theirs.</summary>
internal sealed class IotWorld : IDisposable
{
    public const string AllowAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}""";

    private readonly TemporaryFolder _folder = new();
    private StateStore _store;

    public IotWorld(RegistryOptions? options = null)
    {
        Options = options ?? new RegistryOptions();
        (_store, Authority, Registry, Iam, Jobs) = Open();
    }

    public RegistryOptions Options { get; }

    public ManualTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public CertificateAuthority Authority { get; private set; }

    public RegistryService Registry { get; private set; }

    public IamService Iam { get; private set; }

    public RecordingBus Bus { get; } = new();

    public JobsService Jobs { get; private set; }

    public IReadOnlyList<RestRoute> JobRoutes => [.. new JobOperations(Jobs.Control, Registry.ThingGroups, Time).Routes, .. new JobExecutionOperations(Jobs.Control, Time).Routes];

    public string Folder => _folder.Path;

    public StateStore Store => _store;

    /// <summary>A new process over the same state.</summary>
    public void Restart()
    {
        Close();
        (_store, Authority, Registry, Iam, Jobs) = Open();
    }

    public DeviceCertificateRecord NewCertificate(bool active = true) =>
        Registry.Certificates.CreateWithKeys("device", DeviceKeyKind.EcP256, active).Record;

    public void Dispose()
    {
        Close();
        _folder.Dispose();
    }

    private (StateStore, CertificateAuthority, RegistryService, IamService, JobsService) Open()
    {
        var store = new StateStore(_folder.Below("state.db"));
        var authority = new CertificateAuthority(_folder.Below("ca"), TimeProvider.System);
        var registry = new RegistryService(store, authority, Options, Time);
        return (store, authority, registry, new IamService(store, Time), new JobsService(store, registry, Bus, Time));
    }

    private void Close()
    {
        Jobs.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Authority.Dispose();
        _store.Dispose();
    }
}
