using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DeviceAgent.Clock;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.Diagnostics;
using DeviceAgent.History;
using DeviceAgent.Local;
using DeviceAgent.Readings;
using DeviceAgent.Readings.Sources;
using DeviceAgent.RoleAlias;
using DeviceAgent.Settings;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using DeviceAgent.Traffic;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using CredentialCache = DeviceAgent.Credentials.CredentialCache;

namespace DeviceAgent.Tests.Local;

/// <summary>The endpoint as the agent runs it, on a socket and a port of its own, over a spool that the test governs.</summary>
internal sealed class TestEndpoint : IAsyncDisposable
{
    public const string Canary = "canary-secret-access-key";

    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;
    private readonly List<IHostedService> _loops;
    private readonly HttpClient _socket;

    private TestEndpoint(int maxReadingsPerSecond, ListenerLimits limits, ISpool? spool, string? socketPath, LocalCredentialsOptions? credentials, TimeSpan startSpread, Extras extras)
    {
        Port = FreePort();
        SocketPath = socketPath ?? _folder.File(EndpointOptions.SocketName);
        PagePort = extras.HasPage ? FreePort() : 0;
        Options = new EndpointOptions { Socket = SocketPath, Port = Port, MaxReadingsPerSecond = maxReadingsPerSecond, Page = extras.HasPage, PagePort = extras.HasPage ? PagePort : null };
        Cache = new CredentialCache(_ => Task.FromResult(Fetched), new CredentialCacheOptions { StartSpread = startSpread }, TimeProvider.System, new Random(1), Log.CreateLogger(nameof(CredentialCache)));
        var services = new ServiceCollection();
        services.AddLogging(l => l.AddProvider(Log)).AddAgentMetrics();
        services.AddSingleton(new DeviceClock(TimeProvider.System, () => true, DateTimeOffset.UnixEpoch, trustSystemTime: true, NullLogger<DeviceClock>.Instance)).AddTraffic(_folder.Path, Budget);
        if (extras.Descriptors is not null) services.AddSingleton(extras.Descriptors);
        if (extras.Passed is not null) services.AddSingleton(extras.Passed);
        services.AddSingleton(extras.Time ?? TimeProvider.System).AddSingleton(limits).AddSingleton(_ => spool ?? Spool).AddSingleton(Cache).AddSingleton<UploadState>().AddSingleton(Sensors).AddSingleton(Sources);
        services.AddSingleton(s => new RoleAliasState("fleet-ddb", new RoleAliasFile(_folder.Path, s.GetRequiredService<ILogger<RoleAliasFile>>()), s.GetRequiredService<ILogger<RoleAliasState>>()));
        var timestamps = new LiveTimestamps(TimeProvider.System);
        timestamps.Open(_ => DateTimeOffset.MinValue);
        services.AddSingleton(timestamps).AddSingleton(new Ingest(new ItemLimits(new HashSet<string> { "sk" }, overheadBytes: 0), timestamps, "SN1"));
        if (credentials is not null)
        {
            CredentialsPort = credentials.Port ?? FreePort();
            services.AddLocalCredentials(credentials with { Port = CredentialsPort, ClientsDirectory = ClientsFolder }, _folder.Path, "us-east-1");
        }

        var memory = ControlState.Recall(_folder.Path);
        services.AddSingleton(s => new ControlStatus(
            new OperationRunner([], memory, s.GetRequiredService<AgentMetrics>(), s.GetRequiredService<LoopWatch>(), TimeProvider.System, NullLogger<OperationRunner>.Instance), memory, null, null, null));
        services.AddSingleton(Lines);
        if (extras.HasPage) services.AddSingleton(s => new DayHistory(_folder.Path, s.GetRequiredService<ILogger<DayHistory>>()));
        services.AddLocalEndpoint(Options, _folder.Path, "boiler-07");
        _services = services.BuildServiceProvider();
        _loops = [.. _services.GetServices<IHostedService>()];
        _socket = Client(SocketPath);
    }

    /// <summary>None at first.</summary>
    public LiveOptions<DataBudgetOptions> Budget { get; } = new DataBudgetOptions();

    public TrafficMeter Traffic => _services.GetRequiredService<TrafficMeter>();

    public IReadOnlyList<LiveOptions<SourceOptions>> Sources { get; } = [new SourceOptions { Kind = SourceKind.Linux }];

    /// <summary>What the source would tell; of other kinds, nothing.</summary>
    public SensorStates Sensors { get; } = new();

    public HeldSpool Spool { get; } = new();

    public LogSignal Log { get; } = new();

    public EndpointOptions Options { get; }

    public string SocketPath { get; }

    public string Folder => _folder.Path;

    public int Port { get; }

    /// <summary>Where the page is, when the test asked for it.</summary>
    public int PagePort { get; }

    public string PageToken => File.ReadAllText(_folder.File(ListenerToken.PageFileName)).Trim();

    public RecentLines Lines { get; } = new(TimeProvider.System) { KeepsLines = true };

    public DayHistory History => _services.GetRequiredService<DayHistory>();

    /// <summary>Where credentials are handed out, when the test asked for that.</summary>
    public int CredentialsPort { get; }

    public string ClientsFolder => _folder.File("clients");

    public CredentialCache Cache { get; }

    public FetchResult Fetched { get; set; } = new FetchResult.Failure(
        new CredentialFailure(CredentialFailureKind.ConnectionRefused, "nobody there", "network", "look at it", 503));

    /// <inheritdoc cref="LocalEndpointService.Tried"/>
    public Task Tried => _services.GetRequiredService<LocalEndpointService>().Tried;

    public ListenerStates Listeners => _services.GetRequiredService<ListenerStates>();

    public AgentMetrics Metrics => _services.GetRequiredService<AgentMetrics>();

    public string Token => File.ReadAllText(_folder.File(ListenerToken.IngestFileName)).Trim();

    public static async Task<TestEndpoint> StartAsync(
        int maxReadingsPerSecond = 1000, ListenerLimits? limits = null, ISpool? spool = null, string? socketPath = null, LocalCredentialsOptions? credentials = null, FetchResult? fetched = null,
        TimeSpan startSpread = default, DescriptorBudget? descriptors = null, PassedSockets? passed = null, TimeProvider? time = null, bool hasPage = false)
    {
        var endpoint = new TestEndpoint(maxReadingsPerSecond, limits ?? new ListenerLimits(), spool, socketPath, credentials, startSpread, new Extras(descriptors, passed, time, hasPage));
        endpoint.Fetched = fetched ?? endpoint.Fetched;
        foreach (var loop in endpoint._loops) await loop.StartAsync(CancellationToken.None);
        await endpoint.Tried.WaitAsync(TimeSpan.FromSeconds(20));
        return endpoint;
    }

    public async Task StopAsync()
    {
        foreach (var loop in Enumerable.Reverse(_loops)) await loop.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    public Task<HttpResponseMessage> PostAsync(string body, string type = "application/json", string query = "") =>
        PostAsync("/v1/readings" + query, new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type);

    public async Task<HttpResponseMessage> PostAsync(string path, HttpContent content, string type)
    {
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return await _socket.PostAsync(path, content);
    }

    public Task<HttpResponseMessage> GetAsync(string path) => _socket.GetAsync(path);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _socket.SendAsync(request);

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    /// <summary>Sends bytes to the port, which ask for the connection to be closed, and reads until it is.</summary>
    public async Task<string> RawAsync(string request, int? port = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port ?? Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        Spool.Release();
        await StopAsync();
        _socket.Dispose();
        await _services.DisposeAsync();
        await Cache.DisposeAsync();
        Spool.Dispose();
        _folder.Dispose();
    }

    public static HttpClient Client(string socketPath) => new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromSeconds(30),
    };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What most tests leave as it is.</summary>
    private sealed record Extras(DescriptorBudget? Descriptors, PassedSockets? Passed, TimeProvider? Time, bool HasPage);

    /// <summary>Everything that is logged, to be waited for.</summary>
    internal sealed class LogSignal : ILoggerProvider
    {
        private readonly ConcurrentDictionary<int, SemaphoreSlim> _seen = new();

        public ConcurrentQueue<string> Texts { get; } = new();

        public async Task WaitAsync(int eventId, int times = 1)
        {
            for (var i = 0; i < times; i++)
                Assert.True(await Seen(eventId).WaitAsync(TimeSpan.FromSeconds(20)), $"event {eventId} was not logged; there is:\n{string.Join('\n', Texts)}");
        }

        public ILogger CreateLogger(string categoryName) => new Logger(this);

        public void Dispose()
        {
            // Kept until the test has looked at it.
        }

        private SemaphoreSlim Seen(int eventId) => _seen.GetOrAdd(eventId, _ => new SemaphoreSlim(0));

        private sealed class Logger(LogSignal log) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (!IsEnabled(logLevel)) return;
                log.Texts.Enqueue(formatter(state, exception));
                log.Seen(eventId.Id).Release();
            }
        }
    }
}
