using System.Globalization;
using System.Text.Json;
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
            using var document = JsonDocument.Parse(body);
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
