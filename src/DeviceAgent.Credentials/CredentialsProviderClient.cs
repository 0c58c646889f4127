using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Provider;
using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials;

/// <summary>
/// Asks the AWS IoT credentials provider for temporary credentials, over mutual TLS with the device's certificate. One call
/// is one request on a connection of its own: no retry, no cache (see <see cref="CredentialCache"/>). Thread-safe.
/// </summary>
public sealed class CredentialsProviderClient : IDisposable
{
    private readonly DeviceIdentitySource _identity;
    private readonly RoleAliasOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Uri _endpoint;
    private readonly X509Certificate2Collection? _roots;
    private readonly AnswerReader _reader;
    private readonly IWebProxy _proxy;
    private readonly Func<DnsEndPoint, CancellationToken, Task<Stream>> _connect;

    /// <summary>Checks the options and reads the CA bundle.</summary>
    /// <param name="identity">The device's certificate and key; stays the caller's to dispose.</param>
    /// <param name="options">Which credentials to ask for, and where.</param>
    /// <param name="timeProvider">Judges certificate dates, measures the clock offset and the timeouts.</param>
    /// <exception cref="RoleAliasOptionsException">An option cannot be used; all problems are listed.</exception>
    public CredentialsProviderClient(DeviceIdentity identity, RoleAliasOptions options, TimeProvider timeProvider)
        : this(new DeviceIdentitySource(identity), options, timeProvider)
    {
    }

    /// <summary>The same with an identity that may change: each request is made with the current one.</summary>
    /// <param name="identity">Where certificate and key come from; stays the caller's to dispose.</param>
    /// <param name="options">Which credentials to ask for, and where.</param>
    /// <param name="timeProvider">Judges certificate dates, measures the clock offset and the timeouts.</param>
    /// <exception cref="RoleAliasOptionsException">An option cannot be used; all problems are listed.</exception>
    public CredentialsProviderClient(DeviceIdentitySource identity, RoleAliasOptions options, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(timeProvider);
        var problems = RoleAliasOptionsValidator.Validate(options).ToList();
        _roots = RoleAliasOptionsValidator.ReadCaBundle(options.CaPath, problems);
        _proxy = options.Proxy ?? ProxySetting.Read(problems, http: false);
        if (problems.Count > 0 || !EndpointAddress.TryParse(options.CredentialsEndpoint, out var endpoint))
            throw new RoleAliasOptionsException(problems);

        _identity = identity;
        _options = options;
        _timeProvider = timeProvider;
        _endpoint = endpoint;
        _reader = new AnswerReader(timeProvider);
        _connect = options.ConnectCallback ?? HappyEyeballsConnector.ForSockets(timeProvider).ConnectAsync;
    }

    /// <summary>Asks for credentials of <see cref="RoleAliasOptions.RoleAlias"/>.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of the request itself is a result.</exception>
    public Task<FetchResult> FetchAsync(CancellationToken cancellationToken = default) =>
        FetchAsync(_options.RoleAlias, cancellationToken);

    /// <summary>Asks for credentials of another alias: a new one is tried beside the old.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled; a timeout of the request itself is a result.</exception>
    public async Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(roleAlias);
        using var use = _identity.Use();
        var context = new FailureContext(_options.CredentialsEndpoint, roleAlias, _options.ThingName, use.Identity, _timeProvider.GetUtcNow())
        {
            Names = _options.Names,
            Proxy = _proxy.IsBypassed(_endpoint) ? null : _proxy.GetProxy(_endpoint)?.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped),
        };
        if (!RoleAliasOptionsValidator.IsRoleAlias(roleAlias)) return new FetchResult.Failure(RequestFailures.AliasName(context));

        var uri = new Uri(_endpoint, $"role-aliases/{Uri.EscapeDataString(roleAlias)}/credentials");
        using var request = new ProviderRequest(use.Identity.Tls, _roots, _proxy, _connect, _timeProvider, _options.ServerCertificateSeen);
        using var total = new CancellationTokenSource(_options.RequestTimeout, _timeProvider);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, total.Token);
        using var connect = new CancellationTokenSource(_options.ConnectTimeout, _timeProvider);
        using var connectGuard = connect.Token.Register(() =>
        {
            if (!request.HandshakeDone) abort.Cancel();
        });
        try
        {
            using var response = await request.SendAsync(uri, _options.ThingName, abort.Token).ConfigureAwait(false);
            return await _reader.ReadAsync(response, request.DateOf(response), context, abort.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new FetchResult.Failure(abort.IsCancellationRequested
                ? request.HandshakeDone
                    ? NetworkFailures.RequestTimeout(context, _options.RequestTimeout)
                    : request.ProxyAnswer == ProxyAnswer.None
                        ? NetworkFailures.ProxySilent(context, _options.ConnectTimeout)
                        : NetworkFailures.ConnectTimeout(context, _options.ConnectTimeout)
                : ExceptionFailures.Of(e, request, context, uri));
        }
    }

    /// <summary>Frees the CA bundle. The identity stays the caller's.</summary>
    public void Dispose()
    {
        foreach (var root in _roots ?? []) root.Dispose();
    }
}
