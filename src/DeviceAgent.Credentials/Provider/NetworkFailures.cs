using System.Net.Sockets;
using static DeviceAgent.Credentials.CredentialFailureKind;

namespace DeviceAgent.Credentials.Provider;

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
        $"Try: openssl s_client -connect {c.Endpoint}. On slow links raise {nameof(RoleAliasOptions.ConnectTimeout)}");

    public static CredentialFailure RequestTimeout(FailureContext c, TimeSpan limit) => new(
        RequestTimedOut,
        $"{c.Endpoint} did not answer completely within {limit.TotalSeconds:0.###} s.",
        "network: the connection stalls, or the service is overloaded",
        $"It is asked again. On slow links raise {nameof(RoleAliasOptions.RequestTimeout)}");

    public static CredentialFailure Lost(FailureContext c) => new(
        ConnectionLost,
        $"The connection to {c.Endpoint} broke in the middle of the answer.",
        "network: the link was cut",
        "It is asked again. If it lasts, check the signal and the link's MTU");
}
