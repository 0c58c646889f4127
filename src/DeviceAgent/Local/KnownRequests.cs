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

    /// <summary>Of all requests that are remembered: some 3 MB.</summary>
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

    /// <summary>Takes what was not taken under this key before.</summary>
    /// <param name="key">Of the request.</param>
    /// <param name="body">Of the request, and with the key always the same one.</param>
    /// <param name="items">The readings of the body.</param>
    /// <param name="class">Of the readings.</param>
    /// <param name="take">Takes readings, or refuses to by an exception.</param>
    /// <exception cref="RefusedException">The key came with another body before.</exception>
    public IReadOnlyList<Task<IngestResult>> Take(
        string key, ReadOnlySpan<byte> body, IReadOnlyList<ReadOnlyMemory<byte>> items, SpoolClass @class, Func<IReadOnlyList<ReadOnlyMemory<byte>>, IReadOnlyList<Task<IngestResult>>> take)
    {
        var content = XxHash128.HashToUInt128(body, (long)@class);
        lock (_gate)
        {
            if (Find(key) is not { } known) return Remember(key, content, take(items));
            if (known.Content != content) throw new RefusedException(StatusCodes.Status422UnprocessableEntity, $"this {HeaderName} came with other readings before: use one key for one request");
            var missing = Enumerable.Range(0, items.Count).Where(i => known.Results[i] is { IsCompletedSuccessfully: true, Result.Outcome: IngestOutcome.NotTaken }).ToList();
            if (missing.Count > 0)
            {
                foreach (var (i, result) in missing.Zip(take([.. missing.Select(i => items[i])]))) known.Results[i] = result;
            }

            return [.. known.Results];
        }
    }

    private KnownRequest? Find(string key)
    {
        while (_requests.Count > 0 && time.GetElapsedTime(_requests.GetAt(0).Value.At) >= Kept) Forget();
        return _requests.GetValueOrDefault(key);
    }

    private IReadOnlyList<Task<IngestResult>> Remember(string key, UInt128 content, IReadOnlyList<Task<IngestResult>> results)
    {
        _requests.Add(key, new KnownRequest(content, [.. results], time.GetTimestamp()));
        _readings += Weight(results.Count);
        while (_readings > MaxReadings && _requests.Count > 1) Forget();
        return results;
    }

    private void Forget()
    {
        _readings -= Weight(_requests.GetAt(0).Value.Results.Length);
        _requests.RemoveAt(0);
    }

    /// <summary>The key costs as much as a reading.</summary>
    private static int Weight(int readings) => readings + 1;

    private sealed record KnownRequest(UInt128 Content, Task<IngestResult>[] Results, long At);
}
