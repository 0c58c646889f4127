using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>
/// A DynamoDB that stores nothing and answers at once: BatchWriteItem, PutItem and DescribeTable (a table with the keys serial_number and
/// timestamp) over plain HTTP, for signed requests only. It counts while it answers and judges later (<see cref="Arrivals"/>), so that a client that shares
/// no processor with it waits for the loopback only.
/// </summary>
internal sealed class InstantDynamoDb : IDisposable
{
    private const int LargestHead = 64 * 1024;

    private static readonly byte[] _headEnd = "\r\n\r\n"u8.ToArray();

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private volatile Arrivals _arrivals = new();

    public InstantDynamoDb()
    {
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public Uri Url { get; }

    /// <summary>What arrives from now on.</summary>
    public Arrivals Begin() => _arrivals = new Arrivals();

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_end.Token);
                socket.NoDelay = true;
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        var buffer = new byte[LargestHead];
        var filled = 0;
        try
        {
            while (true)
            {
                int head;
                while ((head = buffer.AsSpan(0, filled).IndexOf(_headEnd)) < 0)
                {
                    if (filled == buffer.Length || await ReadAsync(socket, buffer.AsMemory(filled)) is not (> 0 and var read)) return;
                    filled += read;
                }

                head += _headEnd.Length;
                var request = Head.Parse(Encoding.Latin1.GetString(buffer, 0, head));
                var body = new byte[request.BodyLength];
                var here = Math.Min(body.Length, filled - head);
                buffer.AsSpan(head, here).CopyTo(body);
                buffer.AsSpan(head + here, filled - head - here).CopyTo(buffer);
                filled -= head + here;
                for (int read; here < body.Length; here += read)
                {
                    if ((read = await ReadAsync(socket, body.AsMemory(here))) == 0) return;
                }

                var arrivals = _arrivals;
                var at = Stopwatch.GetTimestamp();
                await socket.SendAsync(Answer(request), _end.Token);
                if (request is { IsSigned: true, Operation: "BatchWriteItem" or "PutItem" }) arrivals.Add(request.Operation, body, at);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client was killed.
        }
    }

    private async ValueTask<int> ReadAsync(Socket socket, Memory<byte> buffer)
    {
        var read = await socket.ReceiveAsync(buffer, _end.Token);
        _arrivals.AddBytes(read);
        return read;
    }

    private static byte[] Answer(Head request) => request switch
    {
        { IsSigned: false } => Answer("403 Forbidden", """{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Not signed with temporary credentials."}"""),
        { Operation: "BatchWriteItem" } => Answer("200 OK", """{"UnprocessedItems":{}}"""),
        { Operation: "PutItem" } => Answer("200 OK", "{}"),
        { Operation: "DescribeTable" } => Answer(
            "200 OK",
            """{"Table":{"TableName":"any","TableStatus":"ACTIVE","AttributeDefinitions":[{"AttributeName":"serial_number","AttributeType":"S"},{"AttributeName":"timestamp","AttributeType":"S"}],"KeySchema":[{"AttributeName":"serial_number","KeyType":"HASH"},{"AttributeName":"timestamp","KeyType":"RANGE"}]}}"""),
        _ => Answer("400 Bad Request", """{"__type":"com.amazon.coral.service#UnknownOperationException","message":"This server writes only."}"""),
    };

    private static byte[] Answer(string status, string body) => Encoding.Latin1.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 {status}\r\nDate: {TimeProvider.System.GetUtcNow():R}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

    /// <summary>What counts of a request's head.</summary>
    private sealed record Head(string Operation, int BodyLength, bool IsSigned)
    {
        public static Head Parse(string text)
        {
            var (operation, length, isSigned, hasToken) = ("", 0, false, false);
            foreach (var line in text.Split("\r\n").Skip(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon < 0) continue;
                var value = line[(colon + 1)..].Trim();
                switch (line[..colon].ToUpperInvariant())
                {
                    case "X-AMZ-TARGET": operation = value[(value.IndexOf('.', StringComparison.Ordinal) + 1)..]; break;
                    case "CONTENT-LENGTH": length = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "X-AMZ-SECURITY-TOKEN": hasToken = value.Length > 0; break;
                    case "AUTHORIZATION": isSigned = value.StartsWith("AWS4-HMAC-SHA256 Credential=", StringComparison.Ordinal) && value.Contains("Signature=", StringComparison.Ordinal); break;
                }
            }

            return new Head(operation, length, isSigned && hasToken);
        }
    }
}
