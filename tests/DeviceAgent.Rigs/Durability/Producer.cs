using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// A program on the device that hands in readings on the agent's socket, a few at a time, and tells the oracle which were acknowledged.
/// What is not acknowledged is not handed in again: it may be in the table or not.
/// </summary>
/// <param name="socket">The agent's Unix socket; it need not be there yet.</param>
/// <param name="oracle">Makes the readings.</param>
/// <param name="serial">Whose readings they are; no other producer's.</param>
/// <param name="random">How many go into one request.</param>
internal sealed class Producer(string socket, Oracle oracle, string serial, Random random) : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = UnixHttp.Client(socket);
    private long _next;
    private int _acknowledged;
    private int _inMemory;
    private int _refused;

    /// <summary>In one request at most.</summary>
    public int MostReadings { get; init; } = 10;

    /// <summary>Between one request and the next.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.Zero;

    /// <summary>What follows the path.</summary>
    public string Query { get; init; } = "";

    /// <summary>Readings that were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Readings that the agent said it held in memory only.</summary>
    public int InMemory => Volatile.Read(ref _inMemory);

    /// <summary>Requests that were answered, but not with 202.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The last answer that was not 202.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>Hands in readings until told to stop, waiting a little whenever the agent does not take them.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = await PostAsync(random.Next(1, MostReadings + 1)) || Pause > _pause ? Pause : _pause;
            if (pause > TimeSpan.Zero) await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True when so many new readings were acknowledged. A request that is under way always gets its time: it is the agent that breaks it off, or nobody.</summary>
    public async Task<bool> PostAsync(int readings)
    {
        var first = _next;
        _next += readings;
        var lines = string.Concat(Enumerable.Range(0, readings).Select(i => oracle.Offer(serial, first + i) + "\n"));
        using var body = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        try
        {
            using var answer = await _http.PostAsync(new Uri($"/v1/readings{Query}", UriKind.Relative), body);
            var text = await answer.Content.ReadAsStringAsync();
            Note(answer.StatusCode, text, first, readings);
            return answer.StatusCode == HttpStatusCode.Accepted;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // The agent is not there: nobody has seen these.
            _next = first;
            return false;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private void Note(HttpStatusCode status, string text, long first, int readings)
    {
        if (status != HttpStatusCode.Accepted)
        {
            Interlocked.Increment(ref _refused);
            LastRefusal = $"{(int)status} {text}";
        }

        switch (status)
        {
            case HttpStatusCode.Accepted or HttpStatusCode.ServiceUnavailable:
                using (var answer = JsonDocument.Parse(text))
                {
                    if (!answer.RootElement.TryGetProperty("accepted", out _)) return;
                    var inMemory = Indexes(answer.RootElement, "in_memory");
                    var notTaken = Indexes(answer.RootElement, "not_taken");
                    var durable = Enumerable.Range(0, readings).Except(inMemory).Except(notTaken).ToList();
                    foreach (var index in durable) oracle.Owe(serial, first + index);
                    Interlocked.Add(ref _acknowledged, durable.Count);
                    Interlocked.Add(ref _inMemory, inMemory.Count);
                }

                break;
            case HttpStatusCode.TooManyRequests:
                _next = first;
                break;
            default:
                Assert.Fail($"the agent refused good readings: {LastRefusal}");
                break;
        }
    }

    private static IReadOnlyList<int> Indexes(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var indexes) ? [.. indexes.EnumerateArray().Select(i => i.GetInt32())] : [];
}
