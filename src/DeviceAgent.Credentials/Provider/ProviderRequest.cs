using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials.Provider;

/// <summary>
/// The connection of one request, and how far it came. One request in half an hour needs no pool (docs/decisions/0006-connections.md):
/// a fresh connection sees a changed address and lets every TLS refusal be told from a cut link.
/// </summary>
internal sealed class ProviderRequest : IDisposable
{
    private static readonly ProductInfoHeaderValue UserAgent =
        new("DeviceAgent.Credentials", typeof(ProviderRequest).Assembly.GetName().Version?.ToString(3) ?? "0");

    private readonly HttpMessageInvoker _http;
    private volatile bool _handshakeDone;
    private volatile bool _answerBegun;
    private volatile bool _serverTrusted;
    private (DateTimeOffset From, DateTimeOffset To)? _serverDates;
    private volatile ServerCertificateFault? _serverFault;
    private volatile ProxyAnswer _proxyAnswer = ProxyAnswer.NotAsked;

    public ProviderRequest(
        SslStreamCertificateContext identity, X509Certificate2Collection? roots, IWebProxy proxy, Func<DnsEndPoint, CancellationToken, Task<Stream>> connect, TimeProvider timeProvider,
        Action<X509Certificate2>? serverSeen = null)
    {
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            Proxy = proxy,
            ConnectCallback = async (context, token) => await connect(context.DnsEndPoint, token).ConfigureAwait(false),
            MaxResponseHeadersLength = 16,
            ActivityHeadersPropagator = null,
            PlaintextStreamFilter = (context, _) =>
            {
                // The connection to a proxy passes here too, before there is a tunnel in it.
                if (context.InitialRequestMessage.Method == HttpMethod.Connect)
                {
                    _proxyAnswer = ProxyAnswer.None;
                    return ValueTask.FromResult<Stream>(new CountingStream(context.PlaintextStream, _ => { }, begun: b => _proxyAnswer = ProxyAnswers.Of(b)));
                }

                _handshakeDone = true;
                return ValueTask.FromResult<Stream>(new CountingStream(context.PlaintextStream, received: _ => _answerBegun = true));
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = identity,
                CertificateChainPolicy = CertificateTrust.PolicyFor(roots, timeProvider),
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    var server = certificate as X509Certificate2;
                    if (server is not null) _serverDates = (server.NotBefore, server.NotAfter);
                    if (errors == SslPolicyErrors.None)
                    {
                        if (server is not null) serverSeen?.Invoke(server);
                        return _serverTrusted = true;
                    }

                    _serverFault = ServerCertificateFault.From(server, chain, errors, timeProvider.GetUtcNow());
                    return false;
                },
            },
        });
    }

    /// <summary>The client's side of the handshake is complete. Under TLS 1.3 the server may still refuse the client's certificate.</summary>
    public bool HandshakeDone => _handshakeDone;

    /// <summary>A byte of the answer has come: the server accepted the connection for good.</summary>
    public bool AnswerBegun => _answerBegun;

    /// <summary>The server's certificate was accepted.</summary>
    public bool ServerTrusted => _serverTrusted;

    /// <summary>Why the server's certificate was not accepted; null when it was, or was not seen.</summary>
    public ServerCertificateFault? ServerFault => _serverFault;

    /// <summary>What the proxy has said to CONNECT.</summary>
    public ProxyAnswer ProxyAnswer => _proxyAnswer;

    /// <summary>
    /// The <c>Date</c> of the answer, if the server's own certificate is valid then. Another is as good as none: who holds a stolen key whose certificate has
    /// expired must not set a clock beyond that.
    /// </summary>
    public DateTimeOffset? DateOf(HttpResponseMessage response) =>
        response.Headers.Date is { } date && _serverDates is var (from, to) && date >= from && date <= to ? date : null;

    /// <summary>Sends the request; returns once the head of the answer is there.</summary>
    public async Task<HttpResponseMessage> SendAsync(Uri uri, string? thingName, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.Accept.ParseAdd("*/*");
        request.Headers.UserAgent.Add(UserAgent);
        if (thingName is not null) request.Headers.Add("x-amzn-iot-thingname", thingName);
        return await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _http.Dispose();
}
