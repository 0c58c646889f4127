using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DeviceAgent.Credentials.Tests.Fixtures;

/// <summary>A small TLS server on a port of its own, that does to a request what the test says.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Task _accepting;

    public TlsServer()
        : this(IPAddress.Loopback)
    {
    }

    public TlsServer(IPAddress address)
    {
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public X509Certificate2 Certificate { get; init; } = Pki.Server;

    /// <summary>Sent along with the certificate.</summary>
    public X509Certificate2Collection Chain { get; init; } = [];

    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>Refuses every client certificate, by an alert.</summary>
    public bool RefuseClients { get; init; }

    /// <summary>What happens before TLS; true goes on to TLS.</summary>
    public Func<Socket, CancellationToken, Task<bool>> BeforeTls { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>What happens after TLS and before the request is read; true goes on.</summary>
    public Func<Socket, CancellationToken, Task<bool>> AfterTls { get; init; } = (_, _) => Task.FromResult(true);

    /// <summary>What answers a request.</summary>
    public Func<Connection, CancellationToken, Task> Reply { get; init; } = (c, _) => c.SendAsync(Answers.Ok());

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Endpoint => $"localhost:{Port}";

    /// <summary>The heads of the requests, as received.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The server names that clients asked for.</summary>
    public ConcurrentQueue<string> ServerNames { get; } = new();

    /// <summary>The certificates of the last client, its own first.</summary>
    public IReadOnlyList<string> ClientChain { get; private set; } = [];

    /// <summary>AWS IoT's id of the last client's certificate.</summary>
    public string? ClientCertificateId { get; private set; }

    public int ConnectionCount => _connections.Count;

    /// <summary>Cut with a reset instead of an orderly end.</summary>
    public static void Reset(Socket socket)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            _connections.Add(ServeAsync(socket));
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                if (!await BeforeTls(socket, _stop.Token)) return;
                await using var tls = new SslStream(new NetworkStream(socket));
                await tls.AuthenticateAsServerAsync((_, hello, _, _) => Options(hello), null, _stop.Token);
                if (!await AfterTls(socket, _stop.Token)) return;
                var head = await ReadHeadAsync(tls, _stop.Token);
                if (head.Length == 0) return;
                Requests.Enqueue(head);
                await Reply(new Connection(tls, socket), _stop.Token);
                await tls.ShutdownAsync();
            }
            catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client left, or refused, or the test is over.
            }
        }
    }

    private ValueTask<SslServerAuthenticationOptions> Options(SslClientHelloInfo hello)
    {
        ServerNames.Enqueue(hello.ServerName);
        return ValueTask.FromResult(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, Chain, offline: true),
            EnabledSslProtocols = Protocols,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            {
                ClientChain = certificate is null
                    ? []
                    : [certificate.Subject, .. chain!.ChainPolicy.ExtraStore.Select(c => c.Subject)];
                ClientCertificateId = certificate is null ? null : Convert.ToHexStringLower(SHA256.HashData(certificate.GetRawCertData()));
                return certificate is not null && !RefuseClients;
            },
        });
    }

    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var buffer = new byte[1024];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            if (read == 0) return "";
            head.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return head.ToString();
    }

    internal sealed record Connection(Stream Stream, Socket Socket)
    {
        public Task SendAsync(string text) => Stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        public void Reset() => TlsServer.Reset(Socket);
    }
}
