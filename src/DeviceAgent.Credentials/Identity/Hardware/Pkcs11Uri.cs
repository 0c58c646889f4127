namespace DeviceAgent.Credentials.Identity.Hardware;

/// <summary>
/// A key or certificate in a hardware module (RFC 7512): <c>pkcs11:token=T;object=O;type=private?module-path=M&amp;pin-source=file:F</c>.
/// </summary>
internal sealed class Pkcs11Uri
{
    private const string Scheme = "pkcs11:";

    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _query = new(StringComparer.Ordinal);

    private Pkcs11Uri(string text)
    {
        var question = text.IndexOf('?', StringComparison.Ordinal);
        Fill(_attributes, question < 0 ? text[Scheme.Length..] : text[Scheme.Length..question], ';');
        if (question >= 0) Fill(_query, text[(question + 1)..], '&');
        // Drafts of the RFC had it there.
        foreach (var pin in _attributes.Keys.Where(k => k.StartsWith("pin", StringComparison.Ordinal)).ToList()) _attributes.Remove(pin);
    }

    /// <summary>What names the object, without the part that may hold a PIN: safe to show.</summary>
    public string Name => Join(_ => true);

    /// <summary>The token alone.</summary>
    public string TokenName => Join(name => name is not ("object" or "id" or "type"));

    /// <summary>The library that talks to the hardware; null for the engine's own choice.</summary>
    public string? ModulePath => Decoded("module-path");

    /// <summary>A file that holds the PIN.</summary>
    public string? PinFile => Decoded("pin-source") is { } source
        ? Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri.IsFile ? uri.LocalPath : source.StartsWith("file:", StringComparison.Ordinal) ? source[5..] : source
        : null;

    public Secret? Pin => Decoded("pin-value") is { } pin ? new Secret(pin) : null;

    public static bool IsOne(string? path) => path is not null && path.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    public static Pkcs11Uri Parse(string text) => new(text);

    /// <summary>The name of the object of this type: <c>private</c> or <c>cert</c>.</summary>
    public string Named(string type) => $"{Join(name => name != "type")};type={type}";

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Fault()
    {
        if (_attributes.Count == 0) return "it names neither token nor object";
        if (_query.ContainsKey("module-name")) return "module-name is not understood; give the module's file as module-path";
        if (_query.ContainsKey("pin-value") && _query.ContainsKey("pin-source")) return "it has both pin-value and pin-source";
        return null;
    }

    private string Join(Func<string, bool> isWanted) =>
        Scheme + string.Join(';', _attributes.Where(a => isWanted(a.Key)).Select(a => $"{a.Key}={a.Value}"));

    private string? Decoded(string name) => _query.GetValueOrDefault(name) is { } value ? Uri.UnescapeDataString(value) : null;

    private static void Fill(Dictionary<string, string> values, string text, char separator)
    {
        foreach (var part in text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values[part[..equals]] = part[(equals + 1)..];
        }
    }
}
