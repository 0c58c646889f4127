using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Clock;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Transport;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;
using DeviceAgent.RoleAlias;
using Microsoft.Extensions.Logging.Abstractions;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Commands.Doctor;

/// <summary>One request for credentials, as the agent makes it, and how far it came: name, proxy, TCP, TLS, the provider's own answer.</summary>
internal sealed class ProviderLook : IDisposable
{
    /// <summary>Beyond this AWS refuses a signature.</summary>
    private static readonly TimeSpan SignatureTolerance = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private const string Remedy = "Set up time synchronisation: timedatectl set-ntp true";

    private static readonly string[] Stages = [CheckName.Dns, CheckName.Proxy, CheckName.Tcp, CheckName.Tls, CheckName.Credentials];

    private readonly AgentOptions _options;
    private readonly ConnectionTrace _trace;
    private readonly string _alias;
    private readonly Uri? _proxy;
    private X509Certificate2? _server;
    private FetchResult? _first;
    private FetchResult? _result;

    /// <summary>The system's clock minus that of the answer.</summary>
    private TimeSpan? _ahead;

    private ProviderLook(AgentOptions options, ConnectionTrace trace, string alias)
    {
        (_options, _trace, _alias) = (options, trace, alias);
        var proxies = ProxySetting.Read([], http: false);
        var uri = new Uri($"https://{options.Credentials.CredentialsEndpoint}/");
        _proxy = proxies.IsBypassed(uri) ? null : proxies.GetProxy(uri);
    }

    /// <summary>What came; null when none did.</summary>
    public TemporaryCredentials? Credentials => (_result as FetchResult.Success)?.Credentials;

    /// <summary>Why none did; null when they came.</summary>
    public CredentialFailure? Failure => (_result as FetchResult.Failure)?.Reason;

    /// <summary>The check that the failure belongs to; null when there is none.</summary>
    public string? FailedAt => Failure is { } failure ? StageOf(failure) : null;

    /// <summary>The certificate or the thing is not accepted: MQTT would not take it either.</summary>
    public bool RefusesIdentity => Failure?.Kind is ClientCertificateRefused or CertificateNotAccepted or ThingNotAttached;

    /// <summary>Without certificate and key nothing can be asked.</summary>
    public static IEnumerable<Finding> WithoutIdentity => new[] { CheckName.Clock }.Concat(Stages).Select(s => Finding.Needs(s, CheckName.Certificate));

    public static async Task<ProviderLook> TakeAsync(AgentOptions options, DeviceIdentity identity, DeviceClock clock, CancellationToken cancellationToken)
    {
        var look = new ProviderLook(options, new ConnectionTrace(clock), OneShotFetch.ActiveAlias(options, NullLogger<RoleAliasFile>.Instance));
        var asked = options.Credentials with { ConnectCallback = look._trace.ConnectAsync, ServerCertificateSeen = look.Keep };
        using var client = new CredentialsProviderClient(identity, asked, clock);
        look._result = await new AliasSource(
            async (alias, token) => look.Timed(await client.FetchAsync(alias, token).ConfigureAwait(false)), clock).FetchAsync(look._alias, cancellationToken).ConfigureAwait(false);

        // Of a certificate that is not within its dates under any time that is tried, the first answer is by the system's clock.
        if (look.Failure?.Kind is ServerCertificateExpired or ServerCertificateNotYetValid) look._result = look._first;
        return look;
    }

    /// <summary>The clock, then each step of the way.</summary>
    /// <param name="certificateIsGood">Else what the provider says to it is no news.</param>
    public IEnumerable<Finding> Findings(bool certificateIsGood)
    {
        var failedAt = FailedAt;
        yield return failedAt == CheckName.Clock ? Broken(CheckName.Clock) : Clock();
        var reached = failedAt == CheckName.Clock ? Array.IndexOf(Stages, CheckName.Tls) : failedAt is null ? Stages.Length : Array.IndexOf(Stages, failedAt);
        for (var i = 0; i < Stages.Length; i++)
        {
            yield return i < reached ? Finding.Ok(Stages[i], Good(Stages[i]))
                : !certificateIsGood ? Finding.Needs(Stages[i], CheckName.Certificate)
                : i == reached && failedAt != CheckName.Clock ? Broken(Stages[i])
                : Finding.Needs(Stages[i], failedAt!);
        }
    }

    public void Dispose() => _server?.Dispose();

    private void Keep(X509Certificate2 server)
    {
        _server?.Dispose();
        _server = X509CertificateLoader.LoadCertificate(server.RawData);
    }

    private FetchResult Timed(FetchResult result)
    {
        var date = result is FetchResult.Success success ? success.Credentials.ProviderDate : ((FetchResult.Failure)result).Reason.ProviderDate;
        _first ??= result;
        if (date is { } told) _ahead = TimeProvider.System.GetUtcNow() - told;
        return result;
    }

    private Finding Clock()
    {
        if (_ahead is not { } ahead)
        {
            if (TimeProvider.System.GetUtcNow() is var now && now < BuildTime.Value)
                return Finding.Failure(CheckName.Clock, $"This device's clock says {TimestampText.Format(now)}, which is before this program was built.", Remedy);
            return KernelTime.IsSynchronised()
                ? Finding.Ok(CheckName.Clock, "the kernel holds it for synchronised; no answer told the time to compare it with")
                : Finding.Needs(CheckName.Clock, FailedAt ?? CheckName.Credentials);
        }

        if (ahead.Duration() <= ClockTolerance) return Finding.Ok(CheckName.Clock, $"agrees with {_options.Credentials.CredentialsEndpoint}");
        var reach = ahead.Duration() > SignatureTolerance
            ? "AWS refuses what is signed by it (5 minutes are allowed): other programs of this device fail. The agent goes by AWS's time."
            : "The agent goes by AWS's time.";
        return Finding.Warning(CheckName.Clock, $"This device's clock is {new ClockDifference(ahead)} by {_options.Credentials.CredentialsEndpoint}. {reach}", Remedy);
    }

    private string Good(string stage) => stage switch
    {
        CheckName.Dns => _proxy is null ? $"{Host} is {string.Join(", ", _trace.Addresses ?? [])}" : $"{Host} is looked up by the proxy",
        CheckName.Proxy => _proxy is null ? "none is set for the endpoint" : $"{Shown(_proxy)} connects to the endpoint",
        CheckName.Tcp => _proxy is null ? $"{_trace.Connected} takes connections" : "through the proxy",
        CheckName.Tls => _server is { } server
            ? $"the endpoint's certificate is good until {TimestampText.Format(server.NotAfter)}, issued by {PrintableText.Of(server.Issuer)}"
            : "the endpoint's certificate is good",
        _ => $"role alias {_alias} gives {Credentials!.AccessKeyId}, valid until {TimestampText.Format(Credentials.Expiration)}",
    };

    private string Host => new Uri($"https://{_options.Credentials.CredentialsEndpoint}/").IdnHost;

    private Finding Broken(string check)
    {
        var failure = Failure!;
        var what = failure.Kind != ConnectTimedOut ? failure.Message
            : _trace.Addresses is null ? $"The name {Host} was not looked up within {_options.Credentials.ConnectTimeout.TotalSeconds:0} s."
            : _trace.Connected is { } taken && _proxy is null ? $"{failure.Message.TrimEnd('.')}: {taken} took the TCP connection and did not answer."
            : failure.Message;
        return Finding.Failure(check, what, failure.Remedy, failure.Cause);
    }

    private string StageOf(CredentialFailure failure) => failure.Kind switch
    {
        _ when failure.Cause.StartsWith("clock", StringComparison.Ordinal) => CheckName.Clock,
        NameResolutionFailed => CheckName.Dns,
        ProxyFailed or ProxyAuthenticationRequired => CheckName.Proxy,
        ConnectionRefused or NetworkUnreachable => CheckName.Tcp,
        ConnectTimedOut => _proxy is not null ? _trace.Connected is null ? CheckName.Proxy : CheckName.Tls
            : _trace.Connected is not null ? CheckName.Tls : _trace.Addresses is not null ? CheckName.Tcp : CheckName.Dns,
        TlsHandshakeFailed or ServerCertificateUntrusted or ServerCertificateWrongHost or ServerCertificateExpired or ServerCertificateNotYetValid => CheckName.Tls,
        _ => CheckName.Credentials,
    };

    private static string Shown(Uri proxy) => proxy.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
