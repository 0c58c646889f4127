using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>Reads a request's body whole, within the budget and in bounded time.</summary>
internal sealed class RequestBody(IngestBudget budget, TimeProvider time)
{
    public const int MaxBytes = 1024 * 1024;

    /// <summary>For the whole body; a client that trickles is cut off before by the server's least rate.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Hands the body to <paramref name="use"/>; its memory counts until that returns.</summary>
    /// <exception cref="RefusedException">Too large, too slow, or too much is on its way already.</exception>
    /// <exception cref="BadHttpRequestException">Not HTTP.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> use)
    {
        if (context.Request.ContentLength > MaxBytes) throw TooLarge();
        var body = new ArrayBufferWriter<byte>(4096);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        try
        {
            while (true)
            {
                var read = await context.Request.BodyReader.ReadAsync(either.Token).ConfigureAwait(false);
                if (body.WrittenCount + read.Buffer.Length > MaxBytes) throw TooLarge();
                foreach (var part in read.Buffer)
                {
                    if (!budget.TryTake(0, part.Length)) throw new RefusedException(StatusCodes.Status429TooManyRequests, "too much is on its way to the disk: try again", RetryAfter);
                    body.Write(part.Span);
                }

                context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return use(body.WrittenMemory);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
            throw new RefusedException(StatusCodes.Status408RequestTimeout, $"the body did not arrive within {Timeout.TotalSeconds} seconds");
        }
        finally
        {
            budget.Return(0, body.WrittenCount);
        }
    }

    private static RefusedException TooLarge() => new(StatusCodes.Status413PayloadTooLarge, $"the body is larger than {MaxBytes} bytes");
}
