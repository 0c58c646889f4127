using System.Collections;
using System.Security.Cryptography;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Control.Shadow;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Mqtt;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Hosting;
using DeviceAgent.Tests.Traffic;
using DeviceAgent.Tests.Upload;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Control;

/// <summary>The agent's remote control as the composition root makes it, against a cloud in memory, in virtual time.</summary>
internal sealed class ControlRig : IAsyncDisposable
{
    private readonly TestDevice _device;
    private ServiceProvider? _services;
    private List<IHostedService> _loops = [];

    public ControlRig()
    {
        _device = new TestDevice(Time);
        Options = Load();
        (Rotation, Traffic) = (new FakeRotation(), new TestTraffic(Time));
    }

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero));

    public FakeCloud Cloud { get; init; } = new();

    public AgentOptions Options { get; private set; }

    public FakeRotation Rotation { get; init; }

    public FakeSpool Spool { get; } = new();

    public TestTraffic Traffic { get; }

    public DataBudget Budget => _services!.GetRequiredService<DataBudget>();

    public RecordingLoggers Log { get; } = new();

    public string StateDirectory => Options.StateDirectory;

    public string MemoryPath => Path.Combine(StateDirectory, ControlState.FileName);

    public FakeMqttClient Client { get; private set; } = null!;

    public StoredSettings Stored { get; private set; } = null!;

    public OperationRunner Runner => _services!.GetRequiredService<OperationRunner>();

    public UploadState Upload => _services!.GetRequiredService<UploadState>();

    public LoopWatch Loops => _services!.GetRequiredService<LoopWatch>();

    public ControlStatus Status => _services!.GetRequiredService<ControlStatus>();

    public AgentOptions InForce => Stored.Settings.Options;

    public ControlRecord Record => Stored.Memory.Record;

    /// <summary>Changes the configuration file; null takes a key out.</summary>
    public void Configure(string key, string? json) => Configure((key, json));

    public void Configure(params (string Key, string? Json)[] changes)
    {
        var settings = TestDevice.Valid();
        settings["mqttEndpoint"] = "\"localhost:8883\"";
        foreach (var (key, json) in changes)
        {
            if (json is null) settings.Remove(key);
            else settings[key] = json;
        }

        _device.WriteConfiguration(settings);
        Options = Load();
    }

    public async Task StartAsync()
    {
        Stored = StoredSettings.Recall(Options);
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(Log).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddAgentMetrics();
        var clock = new DeviceClock(Time, () => true, Time.GetUtcNow().AddDays(-30), trustSystemTime: true, NullLogger<DeviceClock>.Instance);
        services.AddSingleton(clock).AddSingleton<TimeProvider>(clock).AddSingleton(new Random(RandomNumberGenerator.GetInt32(1000)));
        services.AddSingleton(_ => new DeviceIdentitySource(DeviceIdentity.Load(Options.Identity))).AddSingleton<ISpool>(Spool).AddSingleton<UploadState>();
        services.AddSingleton(s => new CredentialCache(
            _ => Task.FromResult<FetchResult>(new FetchResult.Failure(new CredentialFailure(CredentialFailureKind.ConnectionRefused, "nobody there", "network", "look at it", null))),
            new CredentialCacheOptions(), clock, new Random(1), NullLogger.Instance));
        services.AddSingleton(new AgentFacts("boiler-07", Time.GetTimestamp()));
        services.AddSingleton<ActiveRoleAlias>(() => Rotation.Alias).AddSingleton<IOperation>(Rotation);
        services.AddSingleton<Func<IMqttClient>>(() => Client = Cloud.Connect());
        services.AddSingleton(new DataBudget(Stored.Settings.DataBudget, Traffic.Meter, clock, NullLogger<DataBudget>.Instance));
        services.AddControl(Options.Control, Options.ThingName, Options.Credentials.CaPath, Stored.Memory, Stored.Settings);
        _services = services.BuildServiceProvider();
        _services.GetRequiredService<OperationRunner>().Changed += Cloud.Signal;
        _loops = [.. _services.GetServices<IHostedService>()];
        foreach (var loop in _loops) await loop.StartAsync(CancellationToken.None);
    }

    /// <summary>Starts, and waits for the first report and until the agent has its answer: without it, the report is sent again.</summary>
    public async Task StartReportedAsync()
    {
        await StartAsync();
        await Cloud.WaitAsync(() => Cloud.Shadow.Reports.Count > 0, "the first report");
        await Time.RoundAsync(ShadowService.LookPeriod);
    }

    public async Task StopAsync()
    {
        foreach (var loop in _loops) await loop.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        if (_services is not null) await _services.DisposeAsync();
        (_services, _loops) = (null, []);
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Lets time pass in steps until something is so; slowly at the end, for a machine that was busy with something else meanwhile.</summary>
    public async Task PassTimeUntilAsync(Func<bool> condition, TimeSpan atMost, string what)
    {
        var passed = TimeSpan.Zero;
        while (!condition())
        {
            if (passed > atMost * 0.8) await ManualTimeProvider.BreatheAsync();
            Assert.True(passed < atMost, $"in vain for {atMost}: {what}. Shadow: {Cloud.Shadow}. Jobs: {Cloud.Jobs}");
            await Time.StepAsync(TimeSpan.FromSeconds(1));
            passed += TimeSpan.FromSeconds(1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Traffic.Dispose();
        _device.Dispose();
    }

    private AgentOptions Load()
    {
        var (options, identity) = AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(), ["mqttEndpoint=localhost:8883"]);
        identity.Dispose();
        return options;
    }
}
