using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.Certificates;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Jobs.Rest;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.State;
using DeviceAgent.Testbed.Tests.Jobs;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>An account of its own. The cloud's clock stands still at the real time, for real TLS clients judge certificates by theirs.</summary>
internal sealed class IotWorld : IDisposable
{
    public const string AllowAll = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}""";

    private readonly TemporaryFolder _folder = new();
    private StateStore _store;
    private JobsService? _jobs;

    public IotWorld(RegistryOptions? options = null)
    {
        Options = options ?? new RegistryOptions();
        (_store, Authority, Registry, Iam) = Open();
    }

    public RegistryOptions Options { get; }

    public ManualTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public CertificateAuthority Authority { get; private set; }

    public RegistryService Registry { get; private set; }

    public IamService Iam { get; private set; }

    public RecordingBus Bus { get; } = new();

    /// <summary>Made when it is first asked for: it has a timer on the clock.</summary>
    public JobsService Jobs => _jobs ??= new JobsService(_store, Registry, Bus, Time);

    public IReadOnlyList<RestRoute> JobRoutes => [.. new JobOperations(Jobs.Control, Registry.ThingGroups, Time).Routes, .. new JobExecutionOperations(Jobs.Control, Time).Routes];

    public string Folder => _folder.Path;

    public StateStore Store => _store;

    /// <summary>A new process over the same state.</summary>
    public void Restart()
    {
        var hadJobs = _jobs is not null;
        Close();
        (_store, Authority, Registry, Iam) = Open();
        if (hadJobs) _ = Jobs;
    }

    public DeviceCertificateRecord NewCertificate(bool active = true) =>
        Registry.Certificates.CreateWithKeys("device", DeviceKeyKind.EcP256, active).Record;

    public void Dispose()
    {
        Close();
        _folder.Dispose();
    }

    private (StateStore, CertificateAuthority, RegistryService, IamService) Open()
    {
        var store = new StateStore(_folder.Below("state.db"));
        var authority = new CertificateAuthority(_folder.Below("ca"), TimeProvider.System);
        var registry = new RegistryService(store, authority, Options, Time);
        return (store, authority, registry, new IamService(store, Time));
    }

    private void Close()
    {
        _jobs?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _jobs = null;
        Authority.Dispose();
        _store.Dispose();
    }
}

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("registry-tests-").FullName;

    public string Below(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
