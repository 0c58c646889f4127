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

    public static CredentialFailure Proxy(FailureContext c) => new(
        ProxyFailed,
        $"The proxy does not connect to {c.Endpoint}.",
        "network: the proxy of HTTPS_PROXY refuses or is down",
        "Let the proxy pass CONNECT to the endpoint, or name the endpoint in NO_PROXY");

    public static CredentialFailure ConnectTimeout(FailureContext c, TimeSpan limit) => new(
        ConnectTimedOut,
        $"No TLS connection to {c.Endpoint} within {limit.TotalSeconds:0.###} s.",
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
