using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Readings;
using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>
/// What is in the spool, for the operator's commands: <c>GET /v1/spool/export</c>, <c>GET /v1/dead-letters?after=&amp;max=</c>
/// (both NDJSON, <see cref="ReadingExport"/>) and <c>POST /v1/dead-letters/requeue</c> with <c>{"ids":[1,2]}</c> or <c>{"all":true}</c>.
/// </summary>
internal sealed class SpoolApi(ISpool spool, RequestBody bodies)
{
    public const int MaxPage = 1000;

    public Task ExportAsync(HttpContext context) => StreamAsync(context, ReadingExport.WaitingAsync(spool, context.RequestAborted));

    public Task DeadLettersAsync(HttpContext context) => context.Request.Query.Count == 0
        ? StreamAsync(context, ReadingExport.DeadLettersAsync(spool, context.RequestAborted))
        : PageAsync(context);

    public async Task RequeueAsync(HttpContext context)
    {
        if (BodyFormats.Of(context.Request) != BodyFormat.Json) throw new RefusedException(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json");
        var ids = await bodies.ReadAsync(context, ReadIds).ConfigureAwait(false);
        var requeued = await spool.RequeueAsync(ids, context.RequestAborted).ConfigureAwait(false);
        await Answer.JsonAsync(context, StatusCodes.Status200OK, json => json.WriteNumber("requeued", requeued)).ConfigureAwait(false);
    }

    private async Task PageAsync(HttpContext context)
    {
        var query = context.Request.Query;
        if (query.Keys.FirstOrDefault(k => k is not ("after" or "max")) is { } unknown) throw new RefusedException($"the parameter '{unknown}' is not known; there are after and max");
        var after = Number(query, "after", 0, 0, long.MaxValue);
        var max = (int)Number(query, "max", 100, 1, MaxPage);
        var letters = await spool.DeadLettersAsync(after, max, context.RequestAborted).ConfigureAwait(false);
        await StreamAsync(context, letters.Select(ReadingExport.Line).ToAsyncEnumerable()).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, IAsyncEnumerable<ReadOnlyMemory<byte>> lines)
    {
        var body = context.Response.BodyWriter;
        Answer.Begin(context.Response, StatusCodes.Status200OK, ReadingExport.ContentType);
        await foreach (var line in lines.ConfigureAwait(false))
        {
            var written = await body.WriteAsync(line, context.RequestAborted).ConfigureAwait(false);
            if (written.IsCompleted) return;
        }
    }

    private static IReadOnlyCollection<long>? ReadIds(ReadOnlyMemory<byte> body)
    {
        const string expected = "the body must be {\"ids\":[1,2,...]} or {\"all\":true}";
        try
        {
            using var document = JsonInput.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || root.EnumerateObject().Count() != 1) throw new RefusedException(expected);
            if (root.TryGetProperty("all", out var all) && all.ValueKind == JsonValueKind.True) return null;
            if (root.TryGetProperty("ids", out var ids) && ids.ValueKind == JsonValueKind.Array && ids.EnumerateArray().All(i => i.ValueKind == JsonValueKind.Number && i.TryGetInt64(out _)))
                return [.. ids.EnumerateArray().Select(i => i.GetInt64()).Distinct()];
            throw new RefusedException(expected);
        }
        catch (JsonException e)
        {
            throw new RefusedException($"{expected}: {e.Message}", e);
        }
    }

    private static long Number(IQueryCollection query, string name, long otherwise, long min, long max)
    {
        if (!query.TryGetValue(name, out var text)) return otherwise;
        return long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new RefusedException($"{name} must be a whole number from {min} to {max}");
    }
}

/// <summary>
/// Readings as lines of NDJSON, as <c>source.kind=stdin</c> and <c>POST /v1/readings</c> take them back. A dead letter has one more
/// property, <c>dead_letter</c>, with its id, its reason and when it became one.
/// </summary>
internal static class ReadingExport
{
    public const string ContentType = "application/x-ndjson";

    public const string DeadLetterName = "dead_letter";

    private const int PageSize = 256;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>All that waits and has a timestamp, oldest first, without taking it.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> WaitingAsync(
        ISpool spool, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        while (await spool.PeekAsync(new SpoolQuery(PageSize, After: after), cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var record in page)
            {
                if (ReadingJson.TryReadStored(record.Payload, out _) is { } sample) yield return Line(sample, record.Timestamp, null);
            }

            after = page[^1].Sequence;
        }
    }

    /// <summary>All dead letters, oldest first.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> DeadLettersAsync(
        ISpool spool, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long after = 0;
        while (await spool.DeadLettersAsync(after, PageSize, cancellationToken).ConfigureAwait(false) is { Count: > 0 } page)
        {
            foreach (var letter in page) yield return Line(letter);
            after = page[^1].Id;
        }
    }

    /// <summary>One line, its end included.</summary>
    public static ReadOnlyMemory<byte> Line(DeadLetter letter) =>
        Line(ReadingJson.TryReadStored(letter.Payload, out _) ?? new Sample([]), letter.Timestamp, letter);

    private static ReadOnlyMemory<byte> Line(Sample sample, DateTimeOffset? timestamp, DeadLetter? letter)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            if (sample.SerialNumber is { } owner) json.WriteString(ReadingJson.SerialNumberName, owner);
            var time = timestamp is { } stored ? ReadingTime.Restore(stored, sample.Timestamp) : sample.Timestamp;
            if (time is { } known) json.WriteString(ReadingJson.TimestampName, known.ToString());
            foreach (var (name, value) in sample.Attributes)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            if (letter is not null) Write(json, letter);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, DeadLetter letter)
    {
        json.WriteStartObject(DeadLetterName);
        json.WriteNumber("id", letter.Id);
        json.WriteString("reason", letter.Reason);
        json.WriteString("set_aside_at", TimestampText.Format(letter.MovedAt));
        if (ReadingJson.TryReadStored(letter.Payload, out _) is null) json.WriteBase64String("payload_base64", letter.Payload.Span);
        json.WriteEndObject();
    }
}
