using System.Net.Sockets;
using DeviceAgent.Spool;
using DeviceAgent.Timing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>
/// Keeps the listeners open while the agent runs. One that cannot be opened is logged and tried again: the readings of the agent's own
/// sources do not depend on it, and neither do the other addresses.
/// </summary>
internal sealed class LocalEndpointService(
    EndpointOptions options, ListenerLimits limits, string stateDirectory, LocalApi api, IEnumerable<ExtraListener> others, ISpool spool, LoopWatch loops, DescriptorBudget descriptors, PassedSockets passed,
    ListenerStates states, ListenerServices services) : BackgroundService
{
    private const string IngestLeak = $"programs may have sent it the token for readings: once it is stopped, remove '{ListenerToken.IngestFileName}' from the state directory, restart the agent, and give them the new one";
    private const string PageLeak = $"browsers may have sent it the token of the page: once it is stopped, remove '{ListenerToken.PageFileName}' from the state directory, restart the agent, and take the new link (device-agent page)";
    private const string SocketLeak = "programs may have sent it their readings";

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FlushPeriod = TimeSpan.FromMilliseconds(50);

    /// <summary>For requests in progress when the agent stops.</summary>
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time = services.Time;
    private readonly ILogger _logger = services.Loggers.CreateLogger<LocalEndpointService>();
    private readonly TaskCompletionSource _tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _untried;

    /// <summary>Completes when each listener stands or could not be opened at the first attempt.</summary>
    public Task Tried => _tried.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _untried = 1;
        using var link = SocketLink.Make(stateDirectory, options.Socket);
        var wanted = Wanted();
        var shares = descriptors.Share([.. wanted.Select(w => w.Limits)]);
        var listeners = wanted.Zip(shares).SelectMany(w => Open(w.First, w.Second, stoppingToken)).ToList();
        foreach (var problem in passed.Problems.Concat(passed.Left.Select(at => $"the agent does not listen on {at}"))) _logger.PassedSocketUnused(problem);
        NoteTried();
        await Task.WhenAll(listeners).ConfigureAwait(false);
    }

    /// <summary>The most needed first: of too few descriptors the last get none.</summary>
    private List<Listener> Wanted()
    {
        var wanted = new List<Listener>();
        if (options.Socket is { } path) wanted.Add(new Listener([new ListenAddress.UnixSocket(path, options.SocketMode)], limits, api.OnSocket, SocketLeak));
        wanted.AddRange(others.Select(o => new Listener(o.Addresses, o.Limits, () => o.Handler, o.Leak)));
        if (options.Port is { } port) wanted.Add(new Listener(ListenAddress.Loopback.Both(port), limits, Shared(() => FromLoopback(port)), IngestLeak));
        if (options.PagePort is { } page) wanted.Add(new Listener(ListenAddress.Loopback.Both(page), OfPage(limits), Shared(() => ForPage(page)), PageLeak));
        return wanted;
    }

    /// <summary>A browser opens up to six connections, and sends the cookies that other programs have set for localhost.</summary>
    private static ListenerLimits OfPage(ListenerLimits limits)
    {
        const int connections = 24, headerBytes = 32 * 1024;
        return limits with { Connections = Math.Min(limits.Connections, connections), HeaderBytes = headerBytes };
    }

    private List<Task> Open(Listener listener, int connections, CancellationToken stopping)
    {
        if (connections == 0)
        {
            foreach (var address in listener.Addresses)
            {
                _logger.TooFewDescriptors(address, descriptors.Limit, descriptors.Free);
                states.Note(new ListenerState($"{address}", ListenerCondition.NoDescriptors, $"the process may have {descriptors.Limit} descriptors only"));
            }

            return [];
        }

        if (connections < listener.Limits.Connections) _logger.FewDescriptors(listener.Addresses[0], connections, listener.Limits.Connections, descriptors.Limit);
        var limiter = new ConnectionLimiter(connections);
        return [.. listener.Addresses.Select(a => KeepOpenAsync(a, listener with { Limits = listener.Limits with { Connections = connections } }, limiter, stopping))];
    }

    private async Task KeepOpenAsync(ListenAddress address, Listener listener, ConnectionLimiter limiter, CancellationToken stopping)
    {
        var pulse = loops.Pulse($"listener on {address}");
        try
        {
            pulse.Works();
            Interlocked.Increment(ref _untried);
            var server = await OpenAsync(address, listener, limiter, pulse, stopping).ConfigureAwait(false);
            await using var _ = server.ConfigureAwait(false);
            using (pulse.Waits()) await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CloseAsync(server).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped before the listener could be opened.
        }

        pulse.Ends();
    }

    private async Task<LocalListener> OpenAsync(ListenAddress address, Listener listener, ConnectionLimiter limiter, LoopPulse pulse, CancellationToken stopping)
    {
        ListenerState? last = null;
        string? takenBy = null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // Before there is a socket: a handler that cannot be made leaves none behind.
                var handler = listener.Handler();
                var (socket, isPassed) = passed.Claim(address) is { } claimed ? (claimed, true) : (Listen(address), false);
                var server = await LocalListener.OpenAsync(address, socket, listener.Limits, limiter, handler, services, stopping).ConfigureAwait(false);
                states.Note(new ListenerState($"{address}", ListenerCondition.Open, Connections: listener.Limits.Connections, Passed: isPassed));
                if (isPassed) _logger.SocketPassed(address);
                _logger.ListenerOpened(address);
                if (takenBy is not null) _logger.PortWasTaken(address, takenBy, listener.Leak);
                return server;
            }
            catch (Exception e) when (e is EndpointException or SocketException or IOException)
            {
                var state = StateOf(address, e);
                if (state.Condition == ListenerCondition.Taken) takenBy = NameOf(state);
                if (state != last) Tell(address, state, listener.Leak);
                last = state;
                states.Note(state.Condition == ListenerCondition.Taken ? state with { Problem = $"{state.Problem}. If it is not yours, {listener.Leak}" } : state);
            }
            finally
            {
                if (attempt == 1) NoteTried();
            }

            using (pulse.WaitsFor(RetryPeriod)) await Task.Delay(RetryPeriod, _time, stopping).ConfigureAwait(false);
        }
    }

    private static Socket Listen(ListenAddress address)
    {
        const int backlog = 512;
        var socket = address.Bind();
        try
        {
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static ListenerState StateOf(ListenAddress address, Exception problem) => (problem as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new ListenerState(
            $"{address}", ListenerCondition.Taken, "another process listens there", address is ListenAddress.Loopback loopback ? PortOwner.Find(loopback.EndPoint) : null),
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.ProtocolNotSupported => new ListenerState($"{address}", ListenerCondition.Absent, problem.Message),
        _ => new ListenerState($"{address}", ListenerCondition.Failed, problem.Message),
    };

    private void Tell(ListenAddress address, ListenerState state, string leak)
    {
        switch (state.Condition)
        {
            case ListenerCondition.Taken: _logger.PortTaken(address, NameOf(state), leak, RetryPeriod); break;
            case ListenerCondition.Absent: _logger.AddressAbsent(address, state.Problem!); break;
            default: _logger.ListenerNotOpened(address, state.Problem!, RetryPeriod); break;
        }
    }

    private static string NameOf(ListenerState state) => state.Holder?.ToString() ?? "another process, which the kernel does not name";

    private void NoteTried()
    {
        if (Interlocked.Decrement(ref _untried) == 0) _tried.TrySetResult();
    }

    /// <summary>One for all addresses of a listener, which must not know different tokens; a failure is tried again.</summary>
    private static Func<RequestDelegate> Shared(Func<RequestDelegate> make)
    {
        var gate = new Lock();
        RequestDelegate? made = null;
        return () =>
        {
            lock (gate) return made ??= make();
        };
    }

    private RequestDelegate FromLoopback(int port)
    {
        var guard = new LoopbackGuard(port);
        var token = ListenerToken.LoadOrCreate(Path.Combine(stateDirectory, ListenerToken.IngestFileName));
        return api.OnLoopback(guard, token);
    }

    private RequestDelegate ForPage(int port) => api.OnPage(new PageGuard(port), ListenerToken.LoadOrCreate(Path.Combine(stateDirectory, ListenerToken.PageFileName)));

    /// <summary>Requests that wait for their commit are not to wait for a full group.</summary>
    private async Task CloseAsync(LocalListener server)
    {
        api.Close();
        using var timeout = new CancellationTokenSource(LastRequests, _time);
        var stopped = server.StopAsync(timeout.Token);
        while (!stopped.IsCompleted)
        {
            await FlushAsync().ConfigureAwait(false);
            await Task.WhenAny(stopped, Task.Delay(FlushPeriod, _time, CancellationToken.None)).ConfigureAwait(false);
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

    private sealed record Listener(IReadOnlyList<ListenAddress> Addresses, ListenerLimits Limits, Func<RequestDelegate> Handler, string Leak);
}

/// <summary>What the socket and the port for readings answer.</summary>
internal sealed class LocalApi(ReadingsApi readings, StatusApi status, MetricsApi metrics, HealthApi health, SpoolApi spool, IEnumerable<LocalRoute> others, ILogger<LocalApi> logger, SocketUsers? users = null, EndpointOptions? options = null, PageApi? page = null)
{
    private readonly PageGuard _browsers = new(port: null);

    private readonly Refusals _refusals = new(Answer.ProblemAsync, logger);

    private readonly IReadOnlyList<LocalRoute> _routes =
    [
        new(HttpMethods.Post, "/v1/readings", RouteGuard.Token, readings.PostAsync),
        new(HttpMethods.Get, "/v1/status", RouteGuard.None, status.GetAsync),
        new(HttpMethods.Get, "/metrics", RouteGuard.None, metrics.GetAsync),
        new(HttpMethods.Get, "/healthz", RouteGuard.None, health.GetAsync),
        new(HttpMethods.Get, "/v1/spool/export", RouteGuard.SocketOnly, spool.ExportAsync),
        new(HttpMethods.Get, "/v1/dead-letters", RouteGuard.SocketOnly, spool.DeadLettersAsync),
        new(HttpMethods.Post, "/v1/dead-letters/requeue", RouteGuard.SocketOnly, spool.RequeueAsync),
        .. options?.Page == true && page is not null ? page.OnSocket : [],
        .. others,
    ];

    /// <summary>From now on 503: the agent ends.</summary>
    public void Close() => _refusals.Close();

    /// <summary>Answers requests of the Unix socket.</summary>
    public RequestDelegate OnSocket()
    {
        var table = new RouteTable(_routes, new SocketAdmission(users));
        return context => _refusals.GuardAsync(context, () =>
        {
            RequireOwnPage(context.Request);
            return table.HandleAsync(context);
        });
    }

    /// <summary>Answers requests of the page's port.</summary>
    public RequestDelegate OnPage(PageGuard guard, ListenerToken token)
    {
        var table = new RouteTable(page!.OnPort, new PageAdmission(token));
        return context => _refusals.GuardAsync(context, () =>
        {
            if (guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
            return table.HandleAsync(context);
        });
    }

    /// <summary>A browser reaches the socket only where a person forwards a port to it: for the page, and for nothing else.</summary>
    private void RequireOwnPage(HttpRequest request)
    {
        if (!request.Headers.Keys.Any(LoopbackGuard.IsOfABrowser)) return;
        if (!PageApi.IsOfThePage(request.Path)) throw new RefusedException(StatusCodes.Status403Forbidden, "browsers may see the page only");
        if (_browsers.FindProblem(request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
    }

    /// <summary>Answers requests of the loopback port.</summary>
    public RequestDelegate OnLoopback(LoopbackGuard guard, ListenerToken token)
    {
        var table = new RouteTable(_routes, new IngestAdmission(token));
        return context => _refusals.GuardAsync(context, () =>
        {
            if (guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
            return table.HandleAsync(context);
        });
    }
}
