using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>Finds what answers a request, and whether the door that it came in by is good for that.</summary>
internal sealed class LocalApi(ReadingsApi readings, StatusApi status, MetricsApi metrics, SpoolApi spool, IEnumerable<LocalRoute> others, ILogger<LocalApi> logger)
{
    private readonly Refusals _refusals = new(Answer.ProblemAsync, logger);

    private readonly RouteTable _routes = new(
    [
        new(HttpMethods.Post, "/v1/readings", RouteGuard.Token, readings.PostAsync),
        new(HttpMethods.Get, "/v1/status", RouteGuard.None, status.GetAsync),
        new(HttpMethods.Get, "/metrics", RouteGuard.None, metrics.GetAsync),
        new(HttpMethods.Get, "/v1/spool/export", RouteGuard.SocketOnly, spool.ExportAsync),
        new(HttpMethods.Get, "/v1/dead-letters", RouteGuard.SocketOnly, spool.DeadLettersAsync),
        new(HttpMethods.Post, "/v1/dead-letters/requeue", RouteGuard.SocketOnly, spool.RequeueAsync),
        .. others,
    ]);

    /// <summary>From now on 503: the agent ends.</summary>
    public void Close() => _refusals.Close();

    /// <summary>Requests of the Unix socket: its file's mode has said who may.</summary>
    public Task FromSocketAsync(HttpContext context) => _refusals.GuardAsync(context, () => _routes.Find(context).Handle(context));

    /// <summary>Requests of the loopback port.</summary>
    public Task FromLoopbackAsync(HttpContext context, LoopbackGuard guard, IngestToken token) => _refusals.GuardAsync(context, () =>
    {
        if (guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
        var route = _routes.Find(context);
        Check(context, route.Guard, token);
        return route.Handle(context);
    });

    private static void Check(HttpContext context, RouteGuard guard, IngestToken token)
    {
        if (guard == RouteGuard.SocketOnly) throw new RefusedException(StatusCodes.Status403Forbidden, "this is answered on the Unix socket only");
        if (guard != RouteGuard.Token || token.IsIn(context.Request)) return;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new RefusedException(StatusCodes.Status401Unauthorized, $"the header 'Authorization: Bearer ...' with the content of {IngestToken.FileName} in the agent's state directory is required");
    }
}
