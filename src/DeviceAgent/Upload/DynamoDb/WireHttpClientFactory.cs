using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Traffic;

namespace DeviceAgent.Upload.DynamoDb;

/// <summary>
/// The HTTP client that the SDK's client uses: one, with its connections kept and their bytes counted. How long a request may take
/// is the caller's to say, by its token. Like the requests to the credentials provider they go through the proxy of the environment.
/// </summary>
internal sealed class WireHttpClientFactory : HttpClientFactory, IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Then a connection is replaced, and with it the address that it goes to. A new one costs some 2 KB, even where the TLS session is resumed.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(10);

    /// <summary>A reading a minute finds its connection still there, unless the server has closed it.</summary>
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(2);

    /// <summary>An answer names at most what was sent, which has some 256 KB, or one reading of 400 KB; in other escapes it may be some times as long.</summary>
    public const int MaxAnswerBytes = 4 * 1024 * 1024;

    public WireHttpClientFactory(TrafficMeter traffic, TimeProvider time)
        : this(traffic.Connect(TrafficPurpose.Telemetry), time)
    {
    }

    /// <param name="connect">Opens the TCP connections.</param>
    /// <param name="time">Judges certificates.</param>
    public WireHttpClientFactory(Func<DnsEndPoint, CancellationToken, Task<Stream>> connect, TimeProvider time)
    {
        var sockets = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            Proxy = ProxySetting.Read([]),
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = LongestIdle,
            SslOptions = { RemoteCertificateValidationCallback = new ServerCertificateCheck(time).IsGood },
            ConnectCallback = async (context, token) => await connect(context.DnsEndPoint, token).ConfigureAwait(false),
        };
        Client = new HttpClient(new WholeAnswer(sockets)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The one client.</summary>
    public HttpClient Client { get; }

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => Client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => Client.Dispose();

    /// <summary>Reads each answer to its end under the request's token, and not for ever: the SDK reads the body without token or limit.</summary>
    private sealed class WholeAnswer(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}

/// <summary>
/// Judges DynamoDB's certificate as the framework does, but for the time: by the agent's clock, since the system's may be wrong. A chain that was
/// good by the system's clock is judged again, too.
/// </summary>
internal sealed class ServerCertificateCheck(TimeProvider time)
{
    public bool IsGood(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if ((errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || certificate is null || chain is null) return false;
        using var again = new X509Chain { ChainPolicy = chain.ChainPolicy.Clone() };
        again.ChainPolicy.VerificationTime = time.GetUtcNow().UtcDateTime;
        again.ChainPolicy.VerificationTimeIgnored = false;
        again.ChainPolicy.ExtraStore.AddRange(chain.ChainElements.Skip(1).Select(e => e.Certificate).ToArray());
        using var leaf = X509CertificateLoader.LoadCertificate(certificate.Export(X509ContentType.Cert));
        return again.Build(leaf);
    }
}
