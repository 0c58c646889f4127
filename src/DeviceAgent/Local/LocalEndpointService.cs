using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// Keeps the doors open for as long as the agent runs. A door that cannot be opened is said and tried again: the readings of the
/// agent's own sources do not depend on it.
/// </summary>
internal sealed class LocalEndpointService(
    EndpointOptions options, DoorLimits limits, string stateDirectory, LocalApi api, IEnumerable<OtherDoor> others, ISpool spool, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>Requests that are under way when the agent is stopped.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger = loggers.CreateLogger<LocalEndpointService>();

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var doors = new List<Task>();
        if (options.Socket is { } path) doors.Add(KeepOpenAsync(new Door.UnixSocket(path, options.SocketMode), limits, api.OnSocket, stoppingToken));
        if (options.Port is { } port) doors.Add(KeepOpenAsync(new Door.Loopback(port), limits, () => FromLoopback(port), stoppingToken));
        doors.AddRange(others.Select(o => KeepOpenAsync(o.Door, o.Limits, () => o.Handler, stoppingToken)));
        return Task.WhenAll(doors);
    }

    private async Task KeepOpenAsync(Door door, DoorLimits bounds, Func<RequestDelegate> handler, CancellationToken stopping)
    {
        try
        {
            var server = await OpenAsync(door, bounds, handler, stopping).ConfigureAwait(false);
            await using var _ = server.ConfigureAwait(false);
            _logger.DoorOpened(door);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAsync(server).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before the door could be opened.
        }
    }

    private async Task<DoorServer> OpenAsync(Door door, DoorLimits bounds, Func<RequestDelegate> handler, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await DoorServer.OpenAsync(door, bounds, handler(), loggers, stopping).ConfigureAwait(false);
            }
            catch (EndpointException e)
            {
                _logger.DoorNotOpened(door, e.Message, RetryPeriod.TotalSeconds);
            }

            await Task.Delay(RetryPeriod, time, stopping).ConfigureAwait(false);
        }
    }

    private RequestDelegate FromLoopback(int port)
    {
        var guard = new LoopbackGuard(port);
        var token = IngestToken.LoadOrCreate(Path.Combine(stateDirectory, IngestToken.FileName));
        return api.OnLoopback(guard, token);
    }

    /// <summary>Requests that wait for their commit are not to wait for a full group.</summary>
    private async Task CloseAsync(DoorServer server)
    {
        api.Close();
        using var timeout = new CancellationTokenSource(LastRequests, time);
        var stopped = server.StopAsync(timeout.Token);
        while (!stopped.IsCompleted)
        {
            await FlushAsync().ConfigureAwait(false);
            await Task.WhenAny(stopped, Task.Delay(FlushPeriod, time, CancellationToken.None)).ConfigureAwait(false);
        }

        await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task FlushAsync()
    {
        try
        {
            await spool.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            _logger.LastCommitFailed(e.Message);
        }
    }
}
