using System.IO.Hashing;
using DeviceAgent.Spool;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Local;

/// <summary>
/// Requests with an <c>Idempotency-Key</c>, so that one that is sent again makes no second item. Kept in memory, for the last <see cref="MaxReadings"/> readings and a day: a start
/// forgets them. Thread-safe.
/// </summary>
internal sealed class KnownRequests(TimeProvider time)
{
    public const string HeaderName = "Idempotency-Key";

    /// <summary>Of all requests that are remembered; each counts as one more, and for each 1,024 bytes of its body as another one.</summary>
    public const int MaxReadings = 10_000;

    /// <summary>In characters.</summary>
    public const int LongestKey = 255;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, KnownRequest> _requests = [];
    private int _readings;

    /// <summary>The key of a request; null when it has none.</summary>
    /// <exception cref="RefusedException">It has several, or one that is empty or too long.</exception>
    public static string? KeyOf(HttpRequest request) => request.Headers[HeaderName] switch
    {
        [] => null,
        [{ Length: > 0 and <= LongestKey } key] => key,
        _ => throw new RefusedException($"{HeaderName} must be given once, with 1 to {LongestKey} characters"),
    };

    /// <summary>Takes what is not on the medium under this key yet.</summary>
    /// <param name="key">Of the request.</param>
    /// <param name="content">What belongs to the key, and must always be the same.</param>
    /// <param name="items">The readings of the body.</param>
    /// <param name="take">Takes readings, or refuses to by an exception.</param>
    /// <param name="store">Stores anew what was held in memory only: as it was stamped, so that it is the same item.</param>
    /// <exception cref="RefusedException">The key came with another content before.</exception>
    public IReadOnlyList<Task<IngestResult>> Take(
        string key, RequestContent content, IReadOnlyList<ReadOnlyMemory<byte>> items,
        Func<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<Task<IngestResult>>> take, Func<IReadOnlyList<SpoolEntry>, IReadOnlyList<Task<IngestResult>>> store)
    {
        lock (_gate)
        {
            if (Find(key) is not { } known) return Remember(key, content, take(items));
            if (known.Content != content)
                throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"this {HeaderName} came with another body, Content-Type or class before: use one key for one request");
            Repeat(known, IngestOutcome.NotTaken, places => take([.. places.Select(i => items[i])]));
            Repeat(known, IngestOutcome.InMemory, places => store([.. places.Select(i => known.Results[i].Result.Held!)]));
            return [.. known.Results];
        }
    }

    private static void Repeat(KnownRequest known, IngestOutcome outcome, Func<List<int>, IReadOnlyList<Task<IngestResult>>> again)
    {
        var places = known.Results.Index().Where(r => r.Item.IsCompletedSuccessfully && r.Item.Result.Outcome == outcome).Select(r => r.Index).ToList();
        if (places.Count == 0) return;
        foreach (var (i, result) in places.Zip(again(places))) known.Results[i] = result;
    }

    private KnownRequest? Find(string key)
    {
        while (_requests.Count > 0 && time.GetElapsedTime(_requests.GetAt(0).Value.At) >= Kept) Forget();
        return _requests.GetValueOrDefault(key);
    }

    private IReadOnlyList<Task<IngestResult>> Remember(string key, RequestContent content, IReadOnlyList<Task<IngestResult>> results)
    {
        var known = new KnownRequest(content, [.. results], time.GetTimestamp());
        _requests.Add(key, known);
        _readings += known.Weight;
        while (_readings > MaxReadings && _requests.Count > 1) Forget();
        return results;
    }

    private void Forget()
    {
        _readings -= _requests.GetAt(0).Value.Weight;
        _requests.RemoveAt(0);
    }

    private sealed record KnownRequest(RequestContent Content, Task<IngestResult>[] Results, long At)
    {
        public int Weight => 1 + Results.Length + (Content.Length / 1024);
    }
}

/// <summary>What a request says, to compare it with another.</summary>
internal readonly record struct RequestContent(UInt128 Hash, int Length, BodyFormat Format, SpoolClass Class)
{
    public static RequestContent Of(ReadOnlySpan<byte> body, BodyFormat format, SpoolClass @class) => new(XxHash128.HashToUInt128(body), body.Length, format, @class);
}
