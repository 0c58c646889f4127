using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.LocalEndpoint;

/// <summary>Finds what answers a request, and whether the door that it came in by is good for that.</summary>
internal sealed class LocalApi(ReadingsApi readings, StatusApi status, MetricsApi metrics, SpoolApi spool, ILogger<LocalApi> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Route[] _routes =
    [
        new(HttpMethods.Post, "/v1/readings", Guard.Token, readings.PostAsync),
        new(HttpMethods.Get, "/v1/status", Guard.None, status.GetAsync),
        new(HttpMethods.Get, "/metrics", Guard.None, metrics.GetAsync),
        new(HttpMethods.Get, "/v1/spool/export", Guard.SocketOnly, spool.ExportAsync),
        new(HttpMethods.Get, "/v1/dead-letters", Guard.SocketOnly, spool.DeadLettersAsync),
        new(HttpMethods.Post, "/v1/dead-letters/requeue", Guard.SocketOnly, spool.RequeueAsync),
    ];

    private volatile bool _closing;

    private enum Guard
    {
        None,
        Token,
        SocketOnly,
    }

    /// <summary>From now on 503: the agent ends.</summary>
    public void Close() => _closing = true;

    /// <summary>Requests of the Unix socket: its file's mode has said who may.</summary>
    public Task FromSocketAsync(HttpContext context) => GuardedAsync(context, () => DispatchAsync(context, _ => { }));

    /// <summary>Requests of the loopback port.</summary>
    public Task FromLoopbackAsync(HttpContext context, LoopbackGuard guard, IngestToken token) => GuardedAsync(context, () =>
    {
        if (guard.FindProblem(context.Request) is { } problem) throw new RefusedException(StatusCodes.Status403Forbidden, problem);
        return DispatchAsync(context, route => Check(context, route.Guard, token));
    });

    private static void Check(HttpContext context, Guard guard, IngestToken token)
    {
        if (guard == Guard.SocketOnly) throw new RefusedException(StatusCodes.Status403Forbidden, "this is answered on the Unix socket only");
        if (guard != Guard.Token || token.IsIn(context.Request)) return;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw new RefusedException(StatusCodes.Status401Unauthorized, $"the header 'Authorization: Bearer ...' with the content of {IngestToken.FileName} in the agent's state directory is required");
    }

    private Task DispatchAsync(HttpContext context, Action<Route> check)
    {
        if (_closing) throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "the agent is ending", RetryAfter);
        var routes = _routes.Where(r => r.Path == context.Request.Path.Value).ToList();
        if (routes.Count == 0) throw new RefusedException(StatusCodes.Status404NotFound, "there is nothing here; see " + string.Join(", ", _routes.Select(r => r.Path).Distinct()));
        if (routes.Find(r => r.Method == context.Request.Method) is { } route)
        {
            check(route);
            return route.Handle(context);
        }

        context.Response.Headers.Allow = string.Join(", ", routes.Select(r => r.Method));
        throw new RefusedException(StatusCodes.Status405MethodNotAllowed, $"only {context.Response.Headers.Allow}");
    }

    private async Task GuardedAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            await handle().ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            await Answer.ProblemAsync(context, e.Status, e.Message, e.RetryAfter).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            if (e.StatusCode == StatusCodes.Status408RequestTimeout) context.Response.Headers.Connection = "close";
            await Answer.ProblemAsync(context, e.StatusCode, e.Message).ConfigureAwait(false);
        }
        catch (SpoolException e) when (!context.Response.HasStarted)
        {
            await Answer.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message, RetryAfter).ConfigureAwait(false);
        }
        catch (SpoolException e)
        {
            // The answer is under way: only an aborted connection tells the client that it is not whole.
            logger.AnswerBroken(context.Request.Path.Value, e.Message);
            context.Abort();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone.
        }
    }

    private sealed record Route(string Method, string Path, Guard Guard, RequestDelegate Handle);
}
