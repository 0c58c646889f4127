using System.Text.Json;
using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>
/// <c>POST /v1/readings?class=low|normal|critical</c>. The answer comes when every good reading of the request is on the medium, and
/// says what became of each: 202 all of them are, 400 some can never be taken (the others are on the medium), 503 some are not on the
/// medium and may be sent again. 408, 413, 415, 422, 429: nothing was taken. With an <c>Idempotency-Key</c> a request that is sent again
/// takes only what was not taken before.
/// </summary>
internal sealed class ReadingsApi(Ingestion ingestion, RequestBody bodies, KnownRequests known, TimeProvider time)
{
    private const string ClassParameter = "class";

    /// <summary>A medium that takes longer is out of order.</summary>
    private static readonly TimeSpan CommitTimeout = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async Task PostAsync(HttpContext context)
    {
        var format = BodyFormats.Of(context.Request);
        var @class = ClassOf(context.Request.Query);
        var key = KnownRequests.KeyOf(context.Request);
        var pending = await bodies.ReadAsync(context, body => Take(body, format, @class, key)).ConfigureAwait(false);
        try
        {
            await AnswerAsync(context, await Task.WhenAll(pending).WaitAsync(CommitTimeout, time).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await Answer.ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, $"the disk has not answered for {CommitTimeout.TotalSeconds} s: what was sent may or may not be stored", RetryAfter).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<Task<IngestResult>> Take(ReadOnlyMemory<byte> body, BodyFormat format, SpoolClass @class, string? key)
    {
        var items = ReadingsBody.Split(body, format);
        return key is null
            ? ingestion.Take(items, @class)
            : known.Take(key, RequestContent.Of(body.Span, format, @class), items, missing => ingestion.Take(missing, @class), ingestion.Store);
    }

    private static Task AnswerAsync(HttpContext context, IngestResult[] results)
    {
        var status = results.Any(r => r.Outcome is IngestOutcome.InMemory or IngestOutcome.NotTaken) ? StatusCodes.Status503ServiceUnavailable
            : results.Any(r => r.Outcome == IngestOutcome.Rejected) ? StatusCodes.Status400BadRequest
            : StatusCodes.Status202Accepted;
        if (status == StatusCodes.Status503ServiceUnavailable) Answer.RetryAfter(context.Response, RetryAfter);
        return Answer.JsonAsync(context, status, json =>
        {
            json.WriteNumber("accepted", results.Count(r => r.Outcome == IngestOutcome.Durable));
            if (Problem(results) is { } problem) json.WriteString("error", problem);
            WriteIndexes(json, "in_memory", results, IngestOutcome.InMemory);
            WriteIndexes(json, "not_taken", results, IngestOutcome.NotTaken);
            WriteRejected(json, results);
        });
    }

    /// <summary>What is wrong with the spool: the first reason stands for all.</summary>
    private static string? Problem(IngestResult[] results)
    {
        if (results.FirstOrDefault(r => r.Outcome == IngestOutcome.NotTaken) is { Reason: { } reason }) return reason;
        return results.Any(r => r.Outcome == IngestOutcome.InMemory)
            ? "the disk does not take readings now: those of in_memory are held in memory only, uploaded if the agent goes on running and lost if it ends before the disk works again"
            : null;
    }

    private static void WriteIndexes(Utf8JsonWriter json, string name, IngestResult[] results, IngestOutcome outcome)
    {
        var indexes = results.Index().Where(r => r.Item.Outcome == outcome).Select(r => r.Index).ToList();
        if (indexes.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var index in indexes) json.WriteNumberValue(index);
        json.WriteEndArray();
    }

    private static void WriteRejected(Utf8JsonWriter json, IngestResult[] results)
    {
        if (!results.Any(r => r.Outcome == IngestOutcome.Rejected)) return;
        json.WriteStartArray("rejected");
        foreach (var (index, result) in results.Index().Where(r => r.Item.Outcome == IngestOutcome.Rejected))
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            json.WriteString("reason", result.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static SpoolClass ClassOf(IQueryCollection query)
    {
        if (query.Keys.FirstOrDefault(k => k != ClassParameter) is { } unknown) throw new RefusedException($"the parameter '{unknown}' is not known; there is only {ClassParameter}");
        return query[ClassParameter] switch
        {
            [] => SpoolClass.Normal,
            ["low"] => SpoolClass.Low,
            ["normal"] => SpoolClass.Normal,
            ["critical"] => SpoolClass.Critical,
            _ => throw new RefusedException($"{ClassParameter} must be low, normal or critical"),
        };
    }
}
