using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Credentials.Transport;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Turns what the HTTP stack threw into a failure, by how far the request had come.</summary>
internal static class ExceptionFailures
{
    private static readonly string[] CertificateAlerts =
    [
        "bad certificate", "unsupported certificate", "certificate revoked", "certificate expired", "certificate unknown",
        "unknown ca", "access denied", "certificate required",
    ];

    public static CredentialFailure Of(Exception exception, ProviderRequest request, FailureContext context, Uri uri)
    {
        if (request.ServerFault is { } fault) return fault.ToFailure(context);
        if (request.AnswerBegun) return DuringAnswer(exception, context);
        // The server's certificate was fine and then it went away without an answer: it refused ours. Under TLS 1.3 that
        // shows at the first read only, as an alert or as a mere cut.
        if (request.ServerTrusted && !LinkIsDown(exception)) return TlsFailures.ClientRefused(context, Innermost(exception));
        // Within the handshake of TLS 1.2 an alert comes before the server's certificate has been judged here.
        if (IsCertificateAlert(Innermost(exception))) return TlsFailures.ClientRefused(context, Innermost(exception));
        return BeforeTls(exception, request, context, uri);
    }

    /// <summary>The local network stack says so; a cut by the other side looks different.</summary>
    private static bool LinkIsDown(Exception exception) => Find<SocketException>(exception)?.SocketErrorCode is
        SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable or SocketError.TimedOut;

    private static CredentialFailure DuringAnswer(Exception exception, FailureContext context) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } e
            ? AnswerFailures.NotHttp(context, e.HttpRequestError == HttpRequestError.InvalidResponse ? "no status line or bad headers" : "headers too large")
            : NetworkFailures.Lost(context);

    private static CredentialFailure BeforeTls(Exception exception, ProviderRequest request, FailureContext context, Uri uri)
    {
        var http = exception as HttpRequestException;
        if (http?.HttpRequestError == HttpRequestError.ProxyTunnelError)
            return http.StatusCode == HttpStatusCode.ProxyAuthenticationRequired ? NetworkFailures.ProxyWantsPassword(context)
                : NetworkFailures.ProxyRefuses(context, (int?)http.StatusCode ?? 0);
        if (context.Proxy is not null && http?.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError)
            return NetworkFailures.ProxyUnreachable(context, Find<SocketException>(exception)?.SocketErrorCode.ToString() ?? Innermost(exception));
        if (http?.HttpRequestError == HttpRequestError.NameResolutionError) return NetworkFailures.NoAddress(context, uri.IdnHost);
        if (LinkIsDown(exception)) return NetworkFailures.Unreachable(context, Find<SocketException>(exception)!.SocketErrorCode);
        if (request.ProxyAnswer is ProxyAnswer.None or ProxyAnswer.Tls or ProxyAnswer.Other) return NetworkFailures.ProxyNotHttp(context, request.ProxyAnswer);
        if (http?.HttpRequestError == HttpRequestError.SecureConnectionError || Find<AuthenticationException>(exception) is not null)
            return TlsFailures.Handshake(context, Innermost(exception));
        return Find<SocketException>(exception)?.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => NetworkFailures.Refused(context),
            // While connecting this would be a refusal; so it was in the handshake, as with a server name that is not served.
            // NotConnected: the framework looked at the connection after it was reset.
            SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.NotConnected => TlsFailures.Handshake(context, Innermost(exception)),
            { } error => NetworkFailures.Unreachable(context, error),
            null => TlsFailures.Handshake(context, Innermost(exception)),
        };
    }

    /// <summary>OpenSSL's names of the alerts 42 to 46, 48, 49 and 116, which are about the certificate that was sent.</summary>
    private static bool IsCertificateAlert(string message) =>
        message.Contains(" alert ", StringComparison.Ordinal) && CertificateAlerts.Any(a => message.EndsWith(a, StringComparison.Ordinal));

    private static T? Find<T>(Exception? exception) where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is T found) return found;
        return null;
    }

    private static string Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return PrintableText.Of(exception.Message.TrimEnd('.'));
    }
}

/// <summary>The request did not reach the endpoint, or its answer did not come back.</summary>
internal static class NetworkFailures
{
    public static CredentialFailure NoAddress(FailureContext c, string host) => new(
        NameResolutionFailed,
        $"The name {host} could not be looked up.",
        "network: no DNS server answers, or the endpoint is misspelt",
        $"Try: getent hosts {host}. Compare with: aws iot describe-endpoint --endpoint-type iot:CredentialProvider (configured: {c.Endpoint})");

    public static CredentialFailure Refused(FailureContext c) => new(
        CredentialFailureKind.ConnectionRefused,
        $"Nothing accepts connections at {c.Endpoint}.",
        "network: the port is wrong, a firewall refuses it, or the service is down",
        $"Check host and port of the endpoint {c.Endpoint}, and that the firewall lets this device out to it");

    public static CredentialFailure Unreachable(FailureContext c, SocketError error) => new(
        CredentialFailureKind.NetworkUnreachable,
        $"{c.Endpoint} cannot be reached ({error}).",
        "network: this device has no way to the endpoint at the moment",
        "Check the link and the route: ip addr; ip route");

    /// <summary>It answered, but not with a connection; <paramref name="status"/> is 0 when that was no HTTP.</summary>
    public static CredentialFailure ProxyRefuses(FailureContext c, int status) => new(
        ProxyFailed,
        $"The proxy {c.Proxy} does not connect to {c.Endpoint} ({(status == 0 ? "it does not speak HTTP" : $"{status}")}).",
        "network: the proxy does not allow the endpoint, or cannot reach it",
        $"Let the proxy pass CONNECT to {c.Endpoint}, or name the host in NO_PROXY");

    /// <summary>It took the connection, and what came is not the answer of an HTTP proxy: neither side's certificate has been seen.</summary>
    public static CredentialFailure ProxyNotHttp(FailureContext c, ProxyAnswer answer) => new(
        ProxyFailed,
        $"The proxy {c.Proxy} {ProxyAnswers.Describe(answer)}.",
        "configuration: HTTPS_PROXY names another port than the proxy's plain one",
        "Give the port at which the proxy takes CONNECT by plain HTTP: HTTPS_PROXY=http://host:port");

    public static CredentialFailure ProxySilent(FailureContext c, TimeSpan limit) => new(
        ProxyFailed,
        $"The proxy {c.Proxy} took the connection and did not answer to CONNECT within {limit.TotalSeconds:0.###} s.",
        "network: the proxy does not reach the endpoint, or its port is not one for HTTP",
        $"Try it: curl -v -x {c.Proxy} https://{c.Endpoint}{OnSlowLinks(c.Names.ConnectTimeout)}");

    public static CredentialFailure ProxyUnreachable(FailureContext c, string detail) => new(
        ProxyFailed,
        $"The proxy {c.Proxy} cannot be reached ({detail}).",
        "network: the proxy is down, or HTTPS_PROXY names the wrong one",
        "Check HTTPS_PROXY (http://host:port); where no proxy is needed take it away, or name the endpoint's host in NO_PROXY");

    public static CredentialFailure ProxyWantsPassword(FailureContext c) => new(
        ProxyAuthenticationRequired,
        $"The proxy {c.Proxy} does not let this device through without a name and a password that it knows (407).",
        "configuration: the proxy's user and password are missing or wrong",
        "Put them into HTTPS_PROXY: http://user:password@host:port, percent-encoded, in a file that others cannot read (systemd: EnvironmentFile)",
        StatusCode: 407);

    public static CredentialFailure ConnectTimeout(FailureContext c, TimeSpan limit) => new(
        ConnectTimedOut,
        $"No TLS connection to {c.Endpoint}{c.Way} within {limit.TotalSeconds:0.###} s.",
        "network: packets get lost, or a firewall drops them without a word",
        $"Try: openssl s_client -connect {c.Endpoint}{OnSlowLinks(c.Names.ConnectTimeout)}");

    public static CredentialFailure RequestTimeout(FailureContext c, TimeSpan limit) => new(
        RequestTimedOut,
        $"{c.Endpoint} did not answer completely within {limit.TotalSeconds:0.###} s.",
        "network: the connection stalls, or the service is overloaded",
        $"It is asked again{OnSlowLinks(c.Names.RequestTimeout)}");

    public static CredentialFailure Lost(FailureContext c) => new(
        ConnectionLost,
        $"The connection to {c.Endpoint} broke in the middle of the answer.",
        "network: the link was cut",
        "It is asked again. If it lasts, check the signal and the link's MTU");

    private static string OnSlowLinks(string? option) => option is null ? "" : $". On slow links raise {option}";
}
