using System.Buffers;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DeviceAgent.Local;

/// <summary>How readings stand in a body.</summary>
internal enum BodyFormat
{
    /// <summary>One object, or an array of them.</summary>
    Json,

    /// <summary>One object a line.</summary>
    Ndjson,
}

internal static class BodyFormats
{
    /// <exception cref="RefusedException">Another type or encoding.</exception>
    public static BodyFormat Of(HttpRequest request)
    {
        var known = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && request.Headers.ContentEncoding.Count == 0;
        return (known ? type!.MediaType.Value?.ToLowerInvariant() : null) switch
        {
            "application/json" => BodyFormat.Json,
            "application/x-ndjson" => BodyFormat.Ndjson,
            _ => throw new RefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                "Content-Type must be application/json (one reading or an array of them) or application/x-ndjson (one a line), in UTF-8 and without Content-Encoding"),
        };
    }
}

/// <summary>Cuts a body into its readings, each as JSON by itself: what is wrong with one does not touch the others.</summary>
internal static class ReadingsBody
{
    public const int MaxReadings = 1000;

    /// <exception cref="RefusedException">Not JSON as a whole, or too many readings.</exception>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, BodyFormat format)
    {
        try
        {
            // As lines are read: what cannot be converted spoils its own reading alone.
            var utf8 = Utf8Stream.Convert(body);
            return format == BodyFormat.Ndjson ? Lines(utf8) : Values(utf8);
        }
        catch (InvalidDataException e)
        {
            throw new RefusedException($"the body cannot be read: {e.Message}", e);
        }
    }

    /// <summary>They end with LF, CR LF or CR. Blank ones do not count.</summary>
    private static List<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> body)
    {
        var lines = new List<ReadOnlyMemory<byte>>();
        while (!body.IsEmpty)
        {
            var end = body.Span.IndexOfAny((byte)'\n', (byte)'\r');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0) Add(lines, line);
        }

        return lines;
    }

    private static List<ReadOnlyMemory<byte>> Values(ReadOnlyMemory<byte> body)
    {
        var values = new List<ReadOnlyMemory<byte>>();
        // Of any depth here: what is nested too deep spoils its own reading alone.
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Add(values, Value(ref reader, body));
            }
            else
            {
                Add(values, Value(ref reader, body));
            }

            // Whatever stands behind the value is an error.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new RefusedException($"the body is not JSON: {JsonInput.Describe(e, body.Span)}", e);
        }

        return values;
    }

    private static ReadOnlyMemory<byte> Value(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return body[start..(int)reader.BytesConsumed];
    }

    private static void Add(List<ReadOnlyMemory<byte>> values, ReadOnlyMemory<byte> value)
    {
        if (values.Count == MaxReadings) throw new RefusedException(StatusCodes.Status413PayloadTooLarge, $"more than {MaxReadings} readings in a request: send them in several");
        values.Add(value);
    }
}

/// <summary>Reads a request's body whole, within the budget and in bounded time.</summary>
internal sealed class RequestBody(IngestBudget budget, TimeProvider time)
{
    public const int MaxBytes = 1024 * 1024;

    /// <summary>For the whole body; a client that trickles is cut off before by the server's least rate.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Hands the body to <paramref name="use"/>; its memory counts until that returns.</summary>
    /// <exception cref="RefusedException">Too large, too slow, or too much is in progress already.</exception>
    /// <exception cref="BadHttpRequestException">Not HTTP.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> use)
    {
        if (context.Request.ContentLength > MaxBytes) throw TooLarge();
        var body = new ArrayBufferWriter<byte>(4096);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, context.RequestAborted);
        var slot = context.Features.Get<ConnectionSlot>();
        try
        {
            slot?.WaitForBody();
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
                if (!read.IsCompleted) continue;
                slot?.HasBody();
                return use(body.WrittenMemory);
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
