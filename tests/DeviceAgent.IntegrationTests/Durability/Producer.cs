using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>
/// A program on the device that hands in readings on the agent's socket, a few at a time, and tells the oracle which were acknowledged.
/// What is not acknowledged is not handed in again: it may be in the table or not.
/// </summary>
internal sealed class Producer : IDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly Oracle _oracle;
    private readonly string _serial;
    private readonly Random _random;
    private readonly HttpClient _http;
    private long _next;
    private int _acknowledged;
    private int _refused;

    /// <param name="socket">The agent's Unix socket; it need not be there yet.</param>
    /// <param name="oracle">Makes the readings.</param>
    /// <param name="serial">Whose readings they are; no other producer's.</param>
    /// <param name="random">How many go into one request.</param>
    public Producer(string socket, Oracle oracle, string serial, Random random)
    {
        _oracle = oracle;
        _serial = serial;
        _random = random;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), token);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch (SocketException)
                {
                    connection.Dispose();
                    throw;
                }
            },
        })
        {
            BaseAddress = new Uri("http://localhost"),
            Timeout = _patience,
        };
    }

    /// <summary>Readings that were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Requests that were answered, but not with 202.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>The last answer that was not 202.</summary>
    public string? LastRefusal { get; private set; }

    /// <summary>Hands in readings until told to stop, waiting a little whenever the agent does not take them.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await PostAsync(_random.Next(1, 11), stop)) continue;
            await Task.Delay(_pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>True when so many new readings were acknowledged.</summary>
    public async Task<bool> PostAsync(int readings, CancellationToken stop)
    {
        var first = _next;
        _next += readings;
        var lines = string.Concat(Enumerable.Range(0, readings).Select(i => _oracle.Offer(_serial, first + i) + "\n"));
        using var body = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        try
        {
            using var answer = await _http.PostAsync(new Uri("/v1/readings", UriKind.Relative), body, stop);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                Interlocked.Increment(ref _refused);
                LastRefusal = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(stop)}";
                return false;
            }
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

        for (var i = 0; i < readings; i++) _oracle.Owe(_serial, first + i);
        Interlocked.Add(ref _acknowledged, readings);
        return true;
    }

    public void Dispose() => _http.Dispose();
}
