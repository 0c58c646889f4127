using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace DeviceAgent.Credentials.Provider;

/// <summary>Turns what the HTTP stack threw into a failure, by how far the exchange had come.</summary>
internal static class ExceptionFailures
{
    private static readonly string[] CertificateAlerts =
    [
        "bad certificate", "unsupported certificate", "certificate revoked", "certificate expired", "certificate unknown",
        "unknown ca", "access denied", "certificate required",
    ];

    public static CredentialFailure Of(Exception exception, Exchange exchange, FailureContext context, Uri uri)
    {
        if (exchange.ServerFault is { } fault) return fault.ToFailure(context);
        if (exchange.AnswerBegun) return DuringAnswer(exception, context);
        // The server's certificate was fine and then it went away without an answer: it refused ours. Under TLS 1.3 that
        // shows at the first read only, as an alert or as a mere cut.
        if (exchange.ServerTrusted && !LinkIsDown(exception)) return TlsFailures.ClientRefused(context, Innermost(exception));
        // Within the handshake of TLS 1.2 an alert comes before the server's certificate has been judged here.
        if (IsCertificateAlert(Innermost(exception))) return TlsFailures.ClientRefused(context, Innermost(exception));
        return BeforeTls(exception, context, uri);
    }

    /// <summary>The local network stack says so; a cut by the other side looks different.</summary>
    private static bool LinkIsDown(Exception exception) => Find<SocketException>(exception)?.SocketErrorCode is
        SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.HostUnreachable or SocketError.TimedOut;

    private static CredentialFailure DuringAnswer(Exception exception, FailureContext context) =>
        exception is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } e
            ? AnswerFailures.NotHttp(context, e.HttpRequestError == HttpRequestError.InvalidResponse ? "no status line or bad headers" : "headers too large")
            : NetworkFailures.Lost(context);

    private static CredentialFailure BeforeTls(Exception exception, FailureContext context, Uri uri)
    {
        var http = exception as HttpRequestException;
        if (http?.HttpRequestError == HttpRequestError.ProxyTunnelError)
            return http.StatusCode == HttpStatusCode.ProxyAuthenticationRequired ? NetworkFailures.ProxyWantsPassword(context)
                : NetworkFailures.ProxyRefuses(context, (int?)http.StatusCode ?? 0);
        if (context.Proxy is not null && http?.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError)
            return NetworkFailures.ProxyUnreachable(context, Find<SocketException>(exception)?.SocketErrorCode.ToString() ?? Innermost(exception));
        if (http?.HttpRequestError == HttpRequestError.NameResolutionError) return NetworkFailures.NoAddress(context, uri.IdnHost);
        if (LinkIsDown(exception)) return NetworkFailures.Unreachable(context, Find<SocketException>(exception)!.SocketErrorCode);
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
        return OneLine.From(exception.Message.TrimEnd('.'));
    }
}
