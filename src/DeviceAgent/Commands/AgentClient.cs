using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DeviceAgent.Local;
using DeviceAgent.Storage;

namespace DeviceAgent.Commands;

/// <summary>Talks to a running agent through its Unix socket.</summary>
internal sealed class AgentClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>For an answer, or the next part of a long one. The agent itself waits 40 s for a disk that hangs.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan PatienceForALook = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    private AgentClient(string socket, Socket connected)
    {
        Socket = socket;
        var first = connected;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            // To a socket there is no way through one.
            UseProxy = false,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = Interlocked.Exchange(ref first, null) ?? await ConnectAsync(socket, cancellationToken).ConfigureAwait(false);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        {
            BaseAddress = new Uri("http://localhost"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public string Socket { get; }

    /// <summary>Null when no agent listens.</summary>
    /// <exception cref="CommandException">The socket is there and this user may not use it.</exception>
    public static async Task<AgentClient?> TryConnectAsync(EndpointOptions endpoint, CancellationToken cancellationToken)
    {
        foreach (var socket in endpoint.Sockets)
        {
            if (await TryConnectAsync(socket, cancellationToken).ConfigureAwait(false) is { } agent) return agent;
        }

        return null;
    }

    private static async Task<AgentClient?> TryConnectAsync(string socket, CancellationToken cancellationToken)
    {
        try
        {
            return new AgentClient(socket, await ConnectAsync(socket, cancellationToken).ConfigureAwait(false));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable)
        {
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new CommandException($"the user {LocalUsers.Shown(LocalUsers.Own)} may not use the agent's socket '{socket}': {AccessRemedy.For(socket)}", e);
        }
        catch (SocketException e)
        {
            throw new CommandException($"the agent's socket '{socket}' cannot be used: {e.Message}", e);
        }
        catch (EndpointException e)
        {
            throw new CommandException(e.Message, e);
        }
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, PatienceForALook, cancellationToken);

    public Task<JsonElement> PostAsync(string path, string json, CancellationToken cancellationToken)
    {
        var body = new StringContent(json, Encoding.UTF8);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(HttpMethod.Post, path, body, Patience, cancellationToken);
    }

    /// <summary>The answer's lines as they come.</summary>
    public async IAsyncEnumerable<string> LinesAsync(string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var response = await AnswerAsync(_http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, patience.Token), cancellationToken).ConfigureAwait(false);
        await EnsureSuccessAsync(response, patience.Token).ConfigureAwait(false);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false));
        while (await AnswerAsync(reader.ReadLineAsync(patience.Token).AsTask(), cancellationToken).ConfigureAwait(false) is { } line)
        {
            yield return line;
            patience.CancelAfter(Patience);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost);
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var response = await AnswerAsync(_http.SendAsync(request, patience.Token), cancellationToken).ConfigureAwait(false);
        await EnsureSuccessAsync(response, cancellationToken).ConfigureAwait(false);
        using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        return document.RootElement.Clone();
    }

    /// <exception cref="CommandException">It took too long.</exception>
    private async Task<T> AnswerAsync<T>(Task<T> answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandException($"the agent at '{Socket}' does not answer: it is stopped or hangs; 'systemctl status device-agent' and its log tell more", e);
        }
    }

    private static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.OK) return;
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        throw new CommandException($"the agent answered {(int)response.StatusCode}: {text.Trim()}");
    }

    private static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(SocketFile.Address(path), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or EndpointException)
        {
            socket.Dispose();
            throw;
        }
    }
}
