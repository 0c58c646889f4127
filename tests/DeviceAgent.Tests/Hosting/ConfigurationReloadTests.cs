using System.Collections;
using System.Text.Json;
using System.Threading.Channels;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.Supervision;
using DeviceAgent.TestSupport;
using DeviceAgent.Timing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Hosting;

public sealed class ConfigurationReloadTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestDevice _device = new(TimeProvider.System);
    private readonly RecordingLogger<ConfigurationReload> _log = new();
    private readonly FakeSupervisor _supervisor = new();
    private readonly Lifetime _lifetime = new();
    private readonly HangUp _hangUp = new(closesTerminal: false);
    private readonly ManualTimeProvider _time = new();
    private readonly LoopWatch _loops;
    private readonly StoredSettings _stored;
    private readonly DeviceIdentitySource _identity;
    private ConfigurationReload? _reload;

    public ConfigurationReloadTests()
    {
        _loops = new LoopWatch(_time);
        var options = Load();
        _stored = StoredSettings.Recall(options);
        _identity = DeviceIdentitySource.Load(options.Identity, TimeProvider.System, NullLogger.Instance);
    }

    public void Dispose()
    {
        _reload?.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        _reload?.Dispose();
        _identity.Dispose();
        _lifetime.Dispose();
        _device.Dispose();
    }

    [Fact]
    public async Task Reload_LiveKeyChanged_IsActiveAndTheSupervisorHearsBothEnds()
    {
        await StartAsync();
        var changed = _stored.Settings.Sources[0].NextChange;
        Write(("source", """{ "kind": "simulated", "intervalSeconds": 2 }"""), ("logLevel", "\"debug\""));

        Assert.Null(await ReloadAsync());

        await changed.WaitAsync(Patience);
        Assert.Equal((TimeSpan.FromSeconds(2), LogLevel.Debug), (_stored.Settings.Options.Sources[0].Interval, _stored.Settings.Options.LogLevel));
        Assert.Equal((2304, LogLevel.Information, "The configuration was read again: source.intervalSeconds = 2, logLevel = debug."), Assert.Single(_log.Entries));
        Assert.Equal(["reloading", "reloaded"], _supervisor.Heard);
    }

    [Fact]
    public async Task Reload_NothingChanged_ChangesAndSaysNothingElse()
    {
        await StartAsync();
        var before = _stored.Settings.Options;
        Assert.Null(await ReloadAsync());
        Assert.Equal(before, _stored.Settings.Options);
        Assert.Contains("no setting has changed", Assert.Single(_log.Entries).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_Errors_AllAreLoggedAndThePresentConfigurationStays()
    {
        await StartAsync();
        Write(("source", """{ "kind": "simulated", "intervalSeconds": 2 }"""), ("region", "\"x\""), ("upload", """{ "batchSize": 99 }"""), ("privateKeyPath", "\"none.key\""));

        var problem = await ReloadAsync();

        Assert.StartsWith("3 errors, the first: region = x: ", problem, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), _stored.Settings.Options.Sources[0].Interval);
        Assert.Equal([2307, 2308, 2308, 2308], _log.Entries.Select(e => e.Id));
        foreach (var key in new[] { "region = x:", "upload.batchSize = 99:", "privateKeyPath = " }) Assert.Contains(_log.Entries, e => e.Text.Contains(key, StringComparison.Ordinal));

        Write(("upload", """{ "batchSize": 9 }"""));
        Assert.Null(await ReloadAsync());
        Assert.Equal(9, _stored.Settings.Options.Upload.BatchSize);
    }

    [Theory]
    [InlineData("{ \"thingName\": ")]
    [InlineData("")]
    public async Task Reload_FileThatIsNoJson_ThePresentConfigurationStays(string text)
    {
        await StartAsync();
        _device.WriteText("agent.json", text);
        Assert.Contains("not valid JSON", await ReloadAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_KeysThatNeedARestart_AreNamedInOneWarningAndStayAsTheyWere()
    {
        await StartAsync();
        Write(
            ("roleAlias", "\"fleet-v2\""), ("tableName", "\"other\""), ("privateKeyPassword", "\"canary\""), ("attributes", """{ "site": "plant-3" }"""),
            ("source", """{ "kind": "linux", "intervalSeconds": 3 }"""));

        Assert.Null(await ReloadAsync());

        Assert.Equal("attributes.site, privateKeyPassword, roleAlias, source.kind, tableName: take effect at the next start.", Assert.Single(_log.Entries, e => e.Id == 2305).Text);
        var active = _stored.Settings.Options;
        Assert.Equal((TimeSpan.FromSeconds(3), SourceKind.Simulated, "boiler-07", "fleet-ddb"), (active.Sources[0].Interval, active.Sources[0].Kind, active.Table.TableName, _stored.Settings.ConfiguredRoleAlias));
        Assert.Equal(SourceKind.Simulated, _stored.Settings.Sources[0].Value.Kind);
        Assert.DoesNotContain(_log.Entries, e => e.Text.Contains("canary", StringComparison.Ordinal));

        // Back again: nothing waits for a restart any more.
        Write();
        Assert.Null(await ReloadAsync());
        Assert.Single(_log.Entries, e => e.Id == 2305);
    }

    [Fact]
    public async Task Reload_KeySetRemotely_StaysAndTheConfiguredOneComesWhenItIsTakenBack()
    {
        await StartAsync();
        var remote = new SettingOverride(JsonDocument.Parse("7").RootElement, ChangeOrigin.Job);
        _stored.Settings.Verify([KeyValuePair.Create("upload.batchSize", remote)]).Apply();
        Write(("upload", """{ "batchSize": 9, "maxConcurrency": 2 }"""));

        Assert.Null(await ReloadAsync());

        Assert.Equal((7, 2), (_stored.Settings.Options.Upload.BatchSize, _stored.Settings.Options.Upload.MaxConcurrency));
        Assert.StartsWith("upload.batchSize: changed in the configuration, but set remotely", Assert.Single(_log.Entries, e => e.Id == 2306).Text, StringComparison.Ordinal);
        _stored.Settings.Verify([]).Apply();
        Assert.Equal((9, 2), (_stored.Settings.Options.Upload.BatchSize, _stored.Settings.Options.Upload.MaxConcurrency));
    }

    [Fact]
    public void Verify_ReloadBeforeItIsApplied_BothCount()
    {
        var remote = new SettingOverride(JsonDocument.Parse("7").RootElement, ChangeOrigin.Shadow);
        var verified = _stored.Settings.Verify([KeyValuePair.Create("upload.batchSize", remote)]);
        Write(("upload", """{ "batchSize": 9, "maxConcurrency": 2 }"""));
        _stored.Reconfigure(Load());
        verified.Apply();
        Assert.Equal((7, 2), (_stored.Settings.Options.Upload.BatchSize, _stored.Settings.Options.Upload.MaxConcurrency));
    }

    [Fact]
    public async Task Reload_CertificateReplaced_IsUsedAtOnce()
    {
        await StartAsync();
        var before = _identity.Current.CertificateId;
        _device.WriteIdentity("device", password: null);
        Assert.Null(await ReloadAsync());
        Assert.NotEqual(before, _identity.Current.CertificateId);
    }

    [Fact]
    public async Task Reload_CertificateAtAnotherPathAndTheOldOneGone_SaysSoAndGoesOn()
    {
        await StartAsync();
        var before = _identity.Current.CertificateId;
        _device.WriteIdentity("other", password: null);
        File.Delete(Path.Combine(_device.Folder, "device.key"));
        Write(("certificatePath", "\"other.crt\""), ("privateKeyPath", "\"other.key\""));

        Assert.Null(await ReloadAsync());

        Assert.Equal(before, _identity.Current.CertificateId);
        Assert.Contains(_log.Entries, e => e.Id == 2305 && e.Text.StartsWith("certificatePath, privateKeyPath:", StringComparison.Ordinal));
        Assert.Contains(_log.Entries, e => e.Id == 2310);
    }

    [Fact]
    public async Task Reload_UnexpectedFault_TheAgentGoesOnAndTheNextOneWorks()
    {
        var faults = 1;
        await StartAsync(() => faults-- > 0 ? throw new InvalidOperationException("a fault") : Load());
        Assert.Equal("a fault", await ReloadAsync());
        Assert.Null(await ReloadAsync());
        Assert.Equal([2309, 2304], _log.Entries.Select(e => e.Id));
    }

    [Fact]
    public async Task Burst_WhileOneRuns_OneMoreFollowsAndNeverTwoAtATime()
    {
        var (loads, running) = (0, 0);
        using var inLoad = new SemaphoreSlim(0);
        using var mayEnd = new SemaphoreSlim(0);
        await StartAsync(() =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            Interlocked.Increment(ref loads);
            inLoad.Release();
            Assert.True(mayEnd.Wait(Patience));
            Interlocked.Decrement(ref running);
            return Load();
        });

        _hangUp.Raise();
        Assert.True(await inLoad.WaitAsync(Patience));
        Parallel.For(0, 50, _ => _hangUp.Raise());
        Write(("upload", """{ "batchSize": 9 }"""));
        mayEnd.Release();
        Assert.Null(await _supervisor.ReloadedAsync());
        Assert.True(await inLoad.WaitAsync(Patience));
        mayEnd.Release();
        Assert.Null(await _supervisor.ReloadedAsync());

        Assert.Equal(2, loads);
        Assert.Equal(9, _stored.Settings.Options.Upload.BatchSize);
    }

    [Fact]
    public async Task Reload_FileThatIsNeverRead_IsFoundToHangButNoDayWithoutASignalIs()
    {
        using var mayEnd = new SemaphoreSlim(0);
        var inLoad = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync(() =>
        {
            inLoad.TrySetResult();
            Assert.True(mayEnd.Wait(Patience));
            return Load();
        });
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_loops.FindHung(Patience));

        _hangUp.Raise();
        await inLoad.Task.WaitAsync(Patience);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("reload", Assert.Single(_loops.FindHung(Patience)).Name);

        mayEnd.Release();
        Assert.Null(await _supervisor.ReloadedAsync());
        await _reload!.StopAsync(CancellationToken.None).WaitAsync(Patience);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(_loops.FindHung(Patience));
    }

    [Fact]
    public async Task SignalWhileTheAgentStarts_IsAnsweredOnceItHasStarted()
    {
        _hangUp.Raise();
        _hangUp.Raise();
        await StartAsync(hasStarted: false);
        Assert.Empty(_supervisor.Heard);
        _lifetime.Start();
        Assert.Null(await _supervisor.ReloadedAsync());
        Assert.Equal(["reloading", "reloaded"], _supervisor.Heard);
    }

    [Fact]
    public async Task SignalWhileTheAgentStops_IsHarmless()
    {
        await StartAsync();
        await _reload!.StopAsync(CancellationToken.None);
        _hangUp.Raise();
        Assert.Empty(_supervisor.Heard);
    }

    [Fact]
    public async Task Terminal_Closed_EndsTheAgentAndReadsNothing()
    {
        var hangUp = new HangUp(closesTerminal: true);
        await StartAsync(hangUp: hangUp);
        hangUp.Raise();
        await _lifetime.Stopped.WaitAsync(Patience);
        Assert.Empty(_supervisor.Heard);
    }

    private async Task StartAsync(Func<AgentOptions>? load = null, bool hasStarted = true, HangUp? hangUp = null)
    {
        _reload = new ConfigurationReload(new ReloadTrigger(hangUp ?? _hangUp, load ?? Load), _stored, _identity, _supervisor, _lifetime, _loops, _log);
        if (hasStarted) _lifetime.Start();
        await _reload.StartAsync(CancellationToken.None);
    }

    /// <returns>What the supervisor is told.</returns>
    private async Task<string?> ReloadAsync()
    {
        _hangUp.Raise();
        return await _supervisor.ReloadedAsync();
    }

    private void Write(params (string Key, string Json)[] changes)
    {
        var settings = TestDevice.Valid();
        foreach (var (key, json) in changes) settings[key] = json;
        _device.WriteConfiguration(settings);
    }

    private AgentOptions Load()
    {
        var (options, identity) = AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(), []);
        identity.Dispose();
        return options;
    }

    private sealed class FakeSupervisor : IServiceNotifier
    {
        private readonly Channel<string?> _reloaded = Channel.CreateUnbounded<string?>();
        private readonly List<string> _heard = [];

        public IReadOnlyList<string> Heard
        {
            get
            {
                lock (_heard) return [.. _heard];
            }
        }

        public async Task<string?> ReloadedAsync() => await _reloaded.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public void Ready() => Add("ready");

        public void Reloading() => Add("reloading");

        public void Reloaded(string? problem)
        {
            Add("reloaded");
            Assert.True(_reloaded.Writer.TryWrite(problem));
        }

        public void Stopping() => Add("stopping");

        public void Status(string text) => Add(text);

        public void Ping() => Add("ping");

        private void Add(string what)
        {
            lock (_heard) _heard.Add(what);
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _started = new();
        private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken ApplicationStarted => _started.Token;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public Task Stopped => _stopped.Task;

        public void Start() => _started.Cancel();

        public void StopApplication() => _stopped.TrySetResult();

        public void Dispose() => _started.Dispose();
    }
}
