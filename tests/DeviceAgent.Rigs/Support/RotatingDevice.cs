using System.Globalization;
using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Rigs.Durability;
using DeviceAgent.RoleAlias;
using Microsoft.Extensions.DependencyInjection;

namespace DeviceAgent.Rigs.Support;

/// <summary>The agent in this process, with readings that come all the time.</summary>
internal sealed class RotatingDevice : IAsyncDisposable, IChangeProgress
{
    private static readonly DateTimeOffset _start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AgentInProcess _agent;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _feeding;

    private RotatingDevice(AgentInProcess agent, int from)
    {
        _agent = agent;
        _feeding = FeedAsync(from);
    }

    public List<string> Steps { get; } = [];

    public Action<string> OnStep { get; set; } = _ => { };

    public RotationStatus Status => _agent.Services.GetRequiredService<RoleAliasState>().Status;

    public static async Task<RotatingDevice> StartAsync(string configuration, int from = 0, params IEnumerable<string> settings) =>
        new(await AgentInProcess.StartAsync(configuration, settings, Quicken), from);

    public async Task<ChangeOutcome> RotateAsync(string alias)
    {
        Steps.Clear();
        var operation = _agent.Services.GetServices<IOperation>().Single(o => o.Name == "rotate-role-alias");
        using var arguments = JsonDocument.Parse($$"""{"roleAlias":"{{alias}}"}""");
        return await operation.ExecuteAsync(arguments.RootElement, this, CancellationToken.None).WaitAsync(RunningAgent.Patience);
    }

    public void Reached(string step)
    {
        Steps.Add(step);
        OnStep(step);
    }

    /// <summary>Ends the readings and waits until all are delivered; says how many there were.</summary>
    public async Task<int> DrainAsync()
    {
        await _stop.CancelAsync();
        var readings = await _feeding;
        await _agent.DrainAsync();
        return readings;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_feeding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _agent.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>The testbed's policies are active at once.</summary>
    private static void Quicken(IServiceCollection services)
    {
        var options = (RotationOptions)services.Single(s => s.ServiceType == typeof(RotationOptions)).ImplementationInstance!;
        services.AddSingleton(options with { Propagation = TimeSpan.FromSeconds(0.2) });
    }

    private async Task<int> FeedAsync(int next)
    {
        using var rhythm = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        for (; !_stop.IsCancellationRequested; next++)
        {
            var timestamp = _start.AddSeconds(next);
            await _agent.AppendAsync([(timestamp, string.Create(CultureInfo.InvariantCulture, $$"""{"serial_number":"{{TestCloud.Thing}}","n":{{next}}}"""))]);
            await rhythm.WaitForNextTickAsync(CancellationToken.None);
        }

        return next;
    }
}
