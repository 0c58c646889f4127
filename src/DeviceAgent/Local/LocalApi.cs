using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

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
