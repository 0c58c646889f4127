using System.Diagnostics.CodeAnalysis;

namespace DeviceAgent.Credentials.Provider;

/// <summary>A credentials endpoint: <c>host</c> or <c>host:port</c>, port 443 when left out.</summary>
internal static class EndpointAddress
{
    private const string HowToFind = "Take it from: aws iot describe-endpoint --endpoint-type iot:CredentialProvider";

    /// <summary>What is wrong with <paramref name="endpoint"/>; null when it can be used.</summary>
    public static OptionProblem? Check(string? endpoint)
    {
        if (string.IsNullOrWhiteSpace(endpoint)) return Problem("", "it is missing", HowToFind);
        if (endpoint.Contains("://", StringComparison.Ordinal))
            return Problem(endpoint, "it has a scheme", "Give the host alone, without https:// and path.");
        if (!TryParse(endpoint, out _)) return Problem(endpoint, "it is no host or host:port", HowToFind);
        return endpoint.Contains(".iot.", StringComparison.OrdinalIgnoreCase)
            && endpoint.Contains(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
            && !endpoint.Contains(".credentials.iot.", StringComparison.OrdinalIgnoreCase)
            ? Problem(endpoint, "it is AWS IoT's data endpoint, not the credentials endpoint", HowToFind)
            : null;
    }

    /// <summary>The address as <c>https://host:port/</c>.</summary>
    public static bool TryParse(string endpoint, [NotNullWhen(true)] out Uri? uri)
    {
        uri = null;
        return IsPlain(endpoint) && TryCreate(endpoint, out uri);
    }

    /// <summary>Nothing but a host and perhaps a port: an address would be read with slashes, spaces or a colon at its end as well.</summary>
    public static bool IsPlain(string endpoint) => !endpoint.Any(c => c is '/' or '\\' || char.IsWhiteSpace(c)) && !endpoint.EndsWith(':');

    private static bool TryCreate(string endpoint, [NotNullWhen(true)] out Uri? uri) =>
        Uri.TryCreate($"https://{endpoint}/", UriKind.Absolute, out uri)
        && uri is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "", Host.Length: > 0, Port: > 0 }
        && uri.HostNameType != UriHostNameType.Unknown;

    private static OptionProblem Problem(string value, string what, string remedy) =>
        new(nameof(RoleAliasOptions.CredentialsEndpoint), value, what, remedy);
}
