using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Spool;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Local;

/// <summary>Writes answers: JSON with its length, never to be cached.</summary>
internal static class Answer
{
    private const string JsonType = "application/json";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{"error":"..."}</c>.</summary>
    public static Task ProblemAsync(HttpContext context, int status, string problem, TimeSpan? retryAfter = null)
    {
        if (retryAfter is { } delay) RetryAfter(context.Response, delay);
        return JsonAsync(context, status, json => json.WriteString("error", problem));
    }

    /// <summary>An object whose properties <paramref name="write"/> writes.</summary>
    public static Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return BytesAsync(context, status, JsonType, buffer.WrittenMemory);
    }

    public static async Task BytesAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        Begin(response, status, contentType);
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
    }

    public static void Begin(HttpResponse response, int status, string contentType)
    {
        response.StatusCode = status;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
    }

    /// <summary>Whole seconds, at least one.</summary>
    public static void RetryAfter(HttpResponse response, TimeSpan delay) =>
        response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}

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
            HangUp(context, e.Status);
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
            // The answer is being sent: only an aborted connection tells the client that it is not whole.
            logger.AnswerBroken(PrintableText.Of(context.Request.Path.Value), e.Message);
            context.Abort();
        }
        catch (Exception e) when (IsOfTheClient(e, context))
        {
            logger.ClientGone(PrintableText.Of(context.Request.Path.Value), e.Message);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            // A request that no handler expected ends with an answer, too, and with nothing of the exception in it.
            logger.RequestFailed(e, PrintableText.Of(context.Request.Path.Value));
            await answer(context, StatusCodes.Status500InternalServerError, "the agent met a fault of its own; its log has the details", null).ConfigureAwait(false);
        }
    }

    /// <summary>Whether the client went away: a reset connection is told by its exception before the request is known to be aborted.</summary>
    private static bool IsOfTheClient(Exception e, HttpContext context) =>
        e is ConnectionResetException or ConnectionAbortedException
        || (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException && context.RequestAborted.IsCancellationRequested);

    /// <summary>
    /// Who was refused holds no connection: a flood of wrong tokens would otherwise take them all. One that still sends a body would miss the answer;
    /// its connection is the first to be closed for another.
    /// </summary>
    private static void HangUp(HttpContext context, int status)
    {
        var isRefusal = status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status429TooManyRequests;
        if (isRefusal && context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }) context.Response.Headers.Connection = "close";
    }
}

/// <summary>A request is answered with an error status; nothing of it was taken.</summary>
internal sealed class RefusedException : Exception
{
    public RefusedException()
    {
    }

    public RefusedException(string message) : base(message)
    {
    }

    public RefusedException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public RefusedException(int status, string message, TimeSpan? retryAfter = null) : base(message) => (Status, RetryAfter) = (status, retryAfter);

    public int Status { get; } = 400;

    public TimeSpan? RetryAfter { get; }
}
