using System.Collections;
using System.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Spool;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>The whole agent in this process, as its composition root makes it, but retrying at once: for hundreds of uploads in seconds.</summary>
internal sealed class AgentInProcess : IAsyncDisposable
{
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(1);

    private readonly IHost _host;
    private readonly ISpool _spool;

    private AgentInProcess(IHost host)
    {
        _host = host;
        _spool = host.Services.GetRequiredService<ISpool>();
    }

    public IServiceProvider Services => _host.Services;

    /// <summary>Starts the agent with the settings over its configuration and no source.</summary>
    public static Task<AgentInProcess> StartAsync(string configuration, params IEnumerable<string> settings) => StartAsync(configuration, settings, _ => { });

    public static async Task<AgentInProcess> StartAsync(string configuration, IEnumerable<string> settings, Action<IServiceCollection> replace)
    {
        var (options, identity) = AgentConfiguration.Load(
            configuration, new Hashtable(), ["source.kind=none", "logLevel=none", "upload.maxDelaySeconds=0", .. settings]);
        var host = AgentHost.Build(options, identity, replace: services =>
        {
            services.AddTransient<Random>(_ => new NoJitter());
            replace(services);
        });
        await host.StartAsync();
        return new AgentInProcess(host);
    }

    /// <summary>Hands in readings as critical ones, which are committed at once; returns when they are on disk.</summary>
    public async Task AppendAsync(IEnumerable<(DateTimeOffset Timestamp, string Json)> readings)
    {
        await Task.WhenAll(readings.Select(r => _spool.AppendAsync(new SpoolEntry(SpoolClass.Critical, r.Timestamp, IsLive: false, Encoding.UTF8.GetBytes(r.Json)), CancellationToken.None)));
    }

    /// <summary>Waits until everything is delivered.</summary>
    public async Task DrainAsync()
    {
        using var timeout = new CancellationTokenSource(RunningAgent.Patience);
        try
        {
            while (_spool.Count > 0) await Task.Delay(_poll, timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{_spool.Count} readings were not delivered");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
