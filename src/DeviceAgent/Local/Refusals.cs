using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>Turns what a handler throws into the answer that the client gets.</summary>
/// <param name="answer">Writes an error: status, problem, when to try again.</param>
/// <param name="logger">Where a broken answer is logged.</param>
internal sealed class Refusals(Func<HttpContext, int, string, TimeSpan?, Task> answer, ILogger logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile bool _closing;

    /// <summary>From now on 503: the agent ends.</summary>
    public void Close() => _closing = true;

    public async Task GuardAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            if (_closing) throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "the agent is ending", RetryAfter);
            await handle().ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            await answer(context, e.Status, e.Message, e.RetryAfter).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            if (e.StatusCode == StatusCodes.Status408RequestTimeout) context.Response.Headers.Connection = "close";
            await answer(context, e.StatusCode, e.Message, null).ConfigureAwait(false);
        }
        catch (SpoolException e) when (!context.Response.HasStarted)
        {
            await answer(context, StatusCodes.Status503ServiceUnavailable, e.Message, RetryAfter).ConfigureAwait(false);
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
}
