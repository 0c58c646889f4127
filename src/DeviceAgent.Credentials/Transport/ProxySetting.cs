using System.Buffers;
using System.Net;
using System.Text;

namespace DeviceAgent.Credentials.Transport;

/// <summary>
/// The one reader of proxy settings: <c>https_proxy</c> or <c>HTTPS_PROXY</c> for https and MQTT, <c>http_proxy</c> or <c>HTTP_PROXY</c> for http, else <c>all_proxy</c> or
/// <c>ALL_PROXY</c>; <c>no_proxy</c> or <c>NO_PROXY</c> for what goes straight. The lower-case name wins, an empty value is none. Every client goes
/// through such a proxy by CONNECT (http: by the request itself); all take the same forms and refuse the same.
/// </summary>
internal sealed class ProxySetting : IWebProxy
{
    private readonly ProxyAddress? _https;
    private readonly ProxyAddress? _http;
    private readonly IReadOnlyList<ProxyException> _exceptions;

    private ProxySetting(ProxyAddress? https, ProxyAddress? http, IReadOnlyList<ProxyException> exceptions) => (_https, _http, _exceptions) = (https, http, exceptions);

    /// <summary>What a request to the proxy is signed with.</summary>
    public ICredentials? Credentials
    {
        get => new ProxyLogins([_https, _http]);
        set => throw new NotSupportedException("They stand in the setting.");
    }

    /// <summary>Reads the process's environment. Setting and problem alike never show a password.</summary>
    /// <param name="problems">Takes what is wrong, the variable's name as <see cref="OptionProblem.Option"/>; such a proxy is not used.</param>
    /// <param name="http">Whether something is asked by http as well; the variable for that is not looked at otherwise.</param>
    /// <param name="variable">Looks up an environment variable; null: in the process's.</param>
    public static ProxySetting Read(ICollection<OptionProblem> problems, bool http = true, Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        var https = ReadAddress("https_proxy", variable, problems);
        var plain = http ? ReadAddress("http_proxy", variable, problems) : null;
        return new ProxySetting(https, plain, https is null && plain is null ? [] : ReadExceptions(variable, problems));
    }

    /// <summary>The proxy on the way to an address, as <c>http://host:port</c>; null: none.</summary>
    public Uri? GetProxy(Uri destination) => AddressFor(destination)?.Uri;

    public bool IsBypassed(Uri host) => AddressFor(host) is null;

    private ProxyAddress? AddressFor(Uri destination) =>
        (destination.Scheme == Uri.UriSchemeHttp ? _http : _https) is { } address && !_exceptions.Any(e => e.Holds(destination.IdnHost, destination.Port)) ? address : null;

    private static ProxyAddress? ReadAddress(string name, Func<string, string?> variable, ICollection<OptionProblem> problems)
    {
        if (Find([name, name.ToUpperInvariant(), "all_proxy", "ALL_PROXY"], variable) is not var (found, value)) return null;
        if (ProxyAddress.TryParse(value, out var problem) is { } address) return address;
        if (!problems.Any(p => p.Option == found)) problems.Add(new OptionProblem(found, "", problem!.Value.What, problem.Value.Remedy));
        return null;
    }

    private static List<ProxyException> ReadExceptions(Func<string, string?> variable, ICollection<OptionProblem> problems)
    {
        var exceptions = new List<ProxyException>();
        if (Find(["no_proxy", "NO_PROXY"], variable) is not var (name, value)) return exceptions;
        foreach (var entry in value.Split([',', ';', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (ProxyException.TryParse(entry) is { } exception) exceptions.Add(exception);
            else problems.Add(new OptionProblem(name, entry, "it is no host", "Write hosts with commas between: example.com (with all below it), host:443, 10.0.0.7, 10.0.0.0/8, or * for all."));
        }

        return exceptions;
    }

    /// <summary>The first that is set; an empty one says that there is none.</summary>
    private static (string Name, string Value)? Find(IEnumerable<string> names, Func<string, string?> variable)
    {
        foreach (var name in names)
        {
            if (variable(name) is { } value) return value.Trim() is { Length: > 0 } text ? (name, text) : null;
        }

        return null;
    }

    /// <summary>The user and password that stand in the setting of a proxy, for that proxy alone.</summary>
    private sealed class ProxyLogins(IReadOnlyList<ProxyAddress?> addresses) : ICredentials
    {
        public NetworkCredential? GetCredential(Uri uri, string authType) =>
            addresses.FirstOrDefault(a => a is not null && a.Uri.Host == uri.Host && a.Uri.Port == uri.Port && a.User is not null) is { } address
                ? new NetworkCredential(address.User, address.Password!.Reveal())
                : null;
    }
}

/// <summary>A proxy, as <c>[http://][user[:password]@]host:port</c>.</summary>
/// <param name="Uri">Scheme, host and port alone.</param>
/// <param name="User">Null: none.</param>
/// <param name="Password">Given with a user; may be empty.</param>
internal sealed record ProxyAddress(Uri Uri, string? User, Secret? Password)
{
    private const string Example = "Write http://host:port, or http://user:password@host:port with % @ : / in user and password as %25 %40 %3A %2F.";

    private static readonly SearchValues<char> OfScheme = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
    private static readonly SearchValues<char> NotOfHost = SearchValues.Create("/?#\\ %");

    /// <summary>
    /// Null when <paramref name="problem"/> says why. User and password end at the last @, so that \, #, / and @ may stand in them as they are; a % begins an
    /// escape.
    /// </summary>
    public static ProxyAddress? TryParse(string text, out (string What, string Remedy)? problem)
    {
        problem = null;
        var (rest, hasScheme) = (text, false);
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        // A password may hold ://, too: a scheme has letters, digits, + only.
        if (scheme >= 0 && text.AsSpan(0, scheme).IndexOfAnyExcept(OfScheme) < 0)
        {
            var name = text[..scheme].ToLowerInvariant();
            if (name != Uri.UriSchemeHttp) return Refuse(NotSupported(name), out problem);
            (rest, hasScheme) = (text[(scheme + 3)..], true);
        }

        var at = rest.LastIndexOf('@');
        var host = (at < 0 ? rest : rest[(at + 1)..]).TrimEnd('/');
        string? user = null, password = null;
        if (at >= 0 && !TryReadLogin(rest[..at], out user, out password, out var fault)) return Refuse((fault, Example), out problem);
        if (!TryReadHost(host, hasScheme, out var uri, out fault)) return Refuse((fault, Example), out problem);
        return new ProxyAddress(uri!, user, user is null ? null : new Secret(password!));
    }

    private static ProxyAddress? Refuse((string, string) what, out (string, string)? problem)
    {
        problem = what;
        return null;
    }

    private static (string, string) NotSupported(string name) => name switch
    {
        "https" => ("a proxy that is itself spoken to by TLS (https://) is not supported", "Give the proxy's plain port, http://host:port; what goes through it is TLS anyway."),
        _ when name.StartsWith("socks", StringComparison.Ordinal) => ($"a SOCKS proxy ({name}://) is not supported", "Give an HTTP proxy that allows CONNECT, http://host:port."),
        _ => ($"the scheme {name}:// is not that of a proxy", Example),
    };

    private static bool TryReadLogin(string login, out string? user, out string? password, out string fault)
    {
        (user, password, fault) = (null, null, "");
        var colon = login.IndexOf(':', StringComparison.Ordinal);
        if (Unescape(colon < 0 ? login : login[..colon]) is not { } name || Unescape(colon < 0 ? "" : login[(colon + 1)..]) is not { } secret)
            fault = "its user or password holds a % that begins no escape (%25 stands for %), or escapes that are not UTF-8";
        else if (name.Length == 0) fault = "it has a password and no user";
        else if (name.Contains(':', StringComparison.Ordinal)) fault = "its user holds a colon, which proxies cannot be told";
        else if (name.Concat(secret).Any(char.IsControl)) fault = "its user or password holds a control character";
        else (user, password) = (name, secret);
        return fault.Length == 0;
    }

    private static bool TryReadHost(string text, bool hasScheme, out Uri? uri, out string fault)
    {
        (uri, fault) = (null, "");
        var bracket = text.LastIndexOf(']');
        var colon = text.LastIndexOf(':');
        if (colon <= bracket) colon = -1;
        var (host, port) = colon < 0 ? (text, hasScheme ? "80" : null) : (text[..colon], text[(colon + 1)..]);
        if (host.Length == 0 || host.AsSpan().ContainsAny(NotOfHost) || (bracket < 0 && host.Contains(':', StringComparison.Ordinal))) fault = "it names no host";
        else if (port is null) fault = "it names neither a scheme nor a port, so the port would be a guess";
        else if (!ushort.TryParse(port, System.Globalization.NumberStyles.None, null, out var number) || number == 0) fault = $"its port '{Shown(port)}' is not a number from 1 to 65535";
        else if (!Uri.TryCreate($"http://{host}:{number}", UriKind.Absolute, out uri) || uri.HostNameType == UriHostNameType.Unknown) fault = "it names no host";
        return fault.Length == 0;
    }

    /// <summary>What stands where the port belongs may be a part of a password.</summary>
    private static string Shown(string port) => port.Length is > 0 and <= 6 && port.All(c => char.IsAsciiDigit(c) || c == '-') ? port : "...";

    /// <summary>Null when an escape is none, or no UTF-8.</summary>
    private static string? Unescape(string text)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else
            {
                if (i + 2 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value)) return null;
                bytes.Add(value);
                i += 2;
            }
        }

        return Text.TextDecoder.Decode([.. bytes], out _);
    }
}

/// <summary>What goes straight, past the proxy: a host and all below it, an address, a network, or everything.</summary>
/// <param name="Host">Without a leading dot; <c>*</c>: all.</param>
/// <param name="Port">0: any.</param>
/// <param name="Network">A network in the place of the host.</param>
internal sealed record ProxyException(string Host, int Port, IPNetwork? Network)
{
    /// <summary>Null when it is none.</summary>
    public static ProxyException? TryParse(string entry)
    {
        if (entry == "*") return new ProxyException("*", 0, null);
        if (entry.Contains('/', StringComparison.Ordinal)) return IPNetwork.TryParse(entry, out var network) ? new ProxyException("", 0, network) : null;
        var (host, port) = (entry, 0);
        var colon = entry.LastIndexOf(':');
        // An address of IPv6 has colons of its own, unless it stands in brackets.
        if (colon > entry.LastIndexOf(']') && (entry[0] == '[' || entry.IndexOf(':', StringComparison.Ordinal) == colon))
        {
            if (!ushort.TryParse(entry.AsSpan(colon + 1), out var number) || number == 0) return null;
            (host, port) = (entry[..colon], number);
        }

        host = host.Trim('[', ']');
        if (host.StartsWith("*.", StringComparison.Ordinal)) host = host[2..];
        host = host.Trim('.');
        return Uri.CheckHostName(host) == UriHostNameType.Unknown || IsPartOfAddress(host) ? null : new ProxyException(host, port, null);
    }

    /// <summary>10.0.0 and 10.0.0.1-10.0.0.9 are meant for addresses, and would fit none: no host ends with a number.</summary>
    private static bool IsPartOfAddress(string host) =>
        host.LastIndexOf('.') is > 0 and var last && host.AsSpan(last + 1).IndexOfAnyExceptInRange('0', '9') < 0 && (host.Count(c => c == '.') != 3 || !IPAddress.TryParse(host, out _));

    public bool Holds(string host, int port)
    {
        if (Port != 0 && Port != port) return false;
        host = host.Trim('[', ']').TrimEnd('.');
        if (Network is { } network) return IPAddress.TryParse(host, out var address) && network.Contains(address);
        if (IPAddress.TryParse(Host, out var own)) return IPAddress.TryParse(host, out var other) && other.Equals(own);
        return Host == "*" || host.Equals(Host, StringComparison.OrdinalIgnoreCase) || host.EndsWith($".{Host}", StringComparison.OrdinalIgnoreCase);
    }
}
