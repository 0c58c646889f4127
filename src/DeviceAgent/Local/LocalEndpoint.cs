using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// Keeps the listeners open while the agent runs. One that cannot be opened is logged and tried again: the readings of the agent's own
/// sources do not depend on it.
/// </summary>
internal sealed class LocalEndpointService(
    EndpointOptions options, ListenerLimits limits, string stateDirectory, LocalApi api, IEnumerable<ExtraListener> others, ISpool spool, LoopWatch loops, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>For requests in progress when the agent stops.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(3);

    private readonly ILogger _logger = loggers.CreateLogger<LocalEndpointService>();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _untried;

    /// <summary>Completes when each listener stands or could not be opened at the first attempt.</summary>
    public Task Tried => _tried.Task;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _untried = 1;
        var listeners = new List<Task>();
        if (options.Socket is { } path) listeners.Add(KeepOpenAsync(new ListenAddress.UnixSocket(path, options.SocketMode), limits, api.OnSocket, stoppingToken));
        if (options.Port is { } port) listeners.Add(KeepOpenAsync(new ListenAddress.Loopback(port), limits, () => FromLoopback(port), stoppingToken));
        listeners.AddRange(others.Select(o => KeepOpenAsync(o.Address, o.Limits, () => o.Handler, stoppingToken)));
        NoteTried();
        return Task.WhenAll(listeners);
    }

    private async Task KeepOpenAsync(ListenAddress address, ListenerLimits bounds, Func<RequestDelegate> handler, CancellationToken stopping)
    {
        var pulse = loops.Pulse($"listener on {address}");
        try
        {
            pulse.Works();
            Interlocked.Increment(ref _untried);
            var server = await OpenAsync(address, bounds, handler, pulse, stopping).ConfigureAwait(false);
            await using var _ = server.ConfigureAwait(false);
            _logger.ListenerOpened(address);
            using (pulse.Waits()) await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAsync(server).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before the listener could be opened.
        }

        pulse.Ends();
    }

    private async Task<LocalListener> OpenAsync(ListenAddress address, ListenerLimits bounds, Func<RequestDelegate> handler, LoopPulse pulse, CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await LocalListener.OpenAsync(address, bounds, handler(), loggers, stopping).ConfigureAwait(false);
            }
            catch (EndpointException e)
            {
                _logger.ListenerNotOpened(address, e.Message, RetryPeriod.TotalSeconds);
            }
            finally
            {
                if (attempt == 1) NoteTried();
            }

            using (pulse.WaitsFor(RetryPeriod)) await Task.Delay(RetryPeriod, time, stopping).ConfigureAwait(false);
        }
    }

    private void NoteTried()
    {
        if (Interlocked.Decrement(ref _untried) == 0) _tried.TrySetResult();
    }

    private RequestDelegate FromLoopback(int port)
    {
        var guard = new LoopbackGuard(port);
        var token = IngestToken.LoadOrCreate(Path.Combine(stateDirectory, IngestToken.FileName));
        return api.OnLoopback(guard, token);
    }

    /// <summary>Requests that wait for their commit are not to wait for a full group.</summary>
    private async Task CloseAsync(LocalListener server)
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

/// <summary>What the socket and the port for readings answer.</summary>
internal sealed class LocalApi(ReadingsApi readings, StatusApi status, MetricsApi metrics, SpoolApi spool, IEnumerable<LocalRoute> others, ILogger<LocalApi> logger, SocketUsers? users = null)
{
    private readonly Refusals _refusals = new(Answer.ProblemAsync, logger);

    private readonly IReadOnlyList<LocalRoute> _routes =
    [
        new(HttpMethods.Post, "/v1/readings", RouteGuard.Token, readings.PostAsync),
        new(HttpMethods.Get, "/v1/status", RouteGuard.None, status.GetAsync),
        new(HttpMethods.Get, "/metrics", RouteGuard.None, metrics.GetAsync),
        new(HttpMethods.Get, "/v1/spool/export", RouteGuard.SocketOnly, spool.ExportAsync),
        new(HttpMethods.Get, "/v1/dead-letters", RouteGuard.SocketOnly, spool.DeadLettersAsync),
        new(HttpMethods.Post, "/v1/dead-letters/requeue", RouteGuard.SocketOnly, spool.RequeueAsync),
        .. others,
    ];

    /// <summary>From now on 503: the agent ends.</summary>
    public void Close() => _refusals.Close();

    /// <summary>Answers requests of the Unix socket.</summary>
    public RequestDelegate OnSocket()
    {
        var table = new RouteTable(_routes, new SocketAdmission(users));
        return context => _refusals.GuardAsync(context, () => table.HandleAsync(context));
    }

    /// <summary>Answers requests of the loopback port.</summary>
    public RequestDelegate OnLoopback(LoopbackGuard guard, IngestToken token)
    {
        var table = new RouteTable(_routes, new IngestAdmission(token));
        return context => _refusals.GuardAsync(context, () =>
        {
            if (guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
            return table.HandleAsync(context);
        });
    }
}
