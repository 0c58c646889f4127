using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Credentials;

/// <summary>Which credentials to ask for, and where.</summary>
public sealed record RoleAliasOptions
{
    /// <summary>
    /// The account's credentials endpoint, <c>host</c> or <c>host:port</c> (port 443 when left out), as printed by
    /// <c>aws iot describe-endpoint --endpoint-type iot:CredentialProvider</c>. The host is also sent as TLS server name.
    /// </summary>
    public required string CredentialsEndpoint { get; init; }

    /// <summary>The role alias: 1 to 128 of <c>A-Z a-z 0-9 _ = , @ -</c> (AWS IoT's CreateRoleAlias model).</summary>
    public required string RoleAlias { get; init; }

    /// <summary>
    /// The thing that the certificate is attached to, 1 to 128 of <c>A-Z a-z 0-9 : _ -</c>; sent as
    /// <c>x-amzn-iot-thingname</c>. Needed when policies use thing variables such as <c>${credentials-iot:ThingName}</c>.
    /// </summary>
    public string? ThingName { get; init; }

    /// <summary>PEM file of the roots that the endpoint's certificate must end in. Null: the system's roots.</summary>
    public string? CaPath { get; init; }

    /// <summary>
    /// The proxy to ask through, by CONNECT. Null: the one of the environment (<c>https_proxy</c>, <c>HTTPS_PROXY</c>, <c>all_proxy</c> or <c>ALL_PROXY</c>, with
    /// <c>no_proxy</c> or <c>NO_PROXY</c>), if any; one that cannot be used is an error of the options. It never sees the request: TLS goes through it, not to it.
    /// </summary>
    public IWebProxy? Proxy { get; init; }

    /// <summary>What remedies call the options: a program that reads them from a configuration of its own has other names for them.</summary>
    internal OptionNames Names { get; init; } = OptionNames.OfThisLibrary;

    /// <summary>Opens the TCP connection, to the endpoint or the proxy; null takes the host's addresses as they answer.</summary>
    internal Func<DnsEndPoint, CancellationToken, Task<Stream>>? ConnectCallback { get; init; }

    /// <summary>Is shown the endpoint's certificate when it is trusted; null when nobody looks.</summary>
    internal Action<X509Certificate2>? ServerCertificateSeen { get; init; }

    /// <summary>Bound of name lookup, TCP connect and TLS handshake together, 0.1 s to 60 s. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bound of the whole request, at least <see cref="ConnectTimeout"/>, at most 120 s. Default 10 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Names of options in remedies; null where the reader cannot set it.</summary>
internal sealed record OptionNames(string CaPath, string? ConnectTimeout, string? RequestTimeout)
{
    public static OptionNames OfThisLibrary { get; } = new(nameof(RoleAliasOptions.CaPath), nameof(RoleAliasOptions.ConnectTimeout), nameof(RoleAliasOptions.RequestTimeout));
}

/// <summary>One option with a value that cannot be used.</summary>
/// <param name="Option">The property's name, e.g. <c>CredentialsEndpoint</c>.</param>
/// <param name="Value">The value found; empty when it is missing.</param>
/// <param name="What">What is wrong with it.</param>
/// <param name="Remedy">What would be right.</param>
public sealed record OptionProblem(string Option, string Value, string What, string Remedy)
{
    /// <summary>One line: option, value, what, remedy.</summary>
    public override string ToString() => $"{Option} '{Value}': {What}. {Remedy}";
}

/// <summary>The options cannot be used. Every problem found is listed, not only the first.</summary>
public sealed class RoleAliasOptionsException : Exception
{
    /// <summary>Makes the exception from everything that was found.</summary>
    public RoleAliasOptionsException(IReadOnlyList<OptionProblem> problems)
        : base(Describe(problems)) => Problems = problems;

    /// <summary>At least one problem.</summary>
    public IReadOnlyList<OptionProblem> Problems { get; }

    private static string Describe(IReadOnlyList<OptionProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(problems);
        return $"The role alias options cannot be used: {string.Join(" | ", problems)}";
    }
}
