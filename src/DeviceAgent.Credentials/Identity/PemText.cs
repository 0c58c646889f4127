using System.Buffers;
using System.Formats.Asn1;
using System.Security.Cryptography;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Identity;

/// <summary>
/// The one reader of PEM: the blocks of a text, whatever stands around them. Read as well, because their meaning is certain: indented lines, any line
/// ends, all in one line, and the text of a program or of JSON, with <c>\n</c> and quotation marks. Wiped on dispose, because it may hold a key.
/// </summary>
internal sealed class PemText : IDisposable
{
    public const string Certificate = "CERTIFICATE";
    public const string Pkcs8 = "PRIVATE KEY";
    public const string EncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";
    public const string Pkcs1 = "RSA PRIVATE KEY";
    public const string Sec1 = "EC PRIVATE KEY";
    public const string OpenSsh = "OPENSSH PRIVATE KEY";

    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Dashes = "-----";
    private const int MaxLabel = 64;

    private readonly char[] _text;
    private readonly List<PemBlock> _blocks = [];
    private readonly List<PemFault> _faults = [];

    private PemText(char[] text)
    {
        _text = text;
        for (var at = text.AsSpan().IndexOf(Begin); at >= 0;) at = Next(at);
    }

    public IReadOnlyList<PemBlock> Blocks => _blocks;

    /// <summary>Blocks that cannot be read.</summary>
    public IReadOnlyList<PemFault> Faults => _faults;

    /// <summary>The blocks of a file; null when it has none.</summary>
    public static PemText? Of(ReadOnlySpan<byte> bytes)
    {
        // Text around the blocks may be in whatever encoding: it is not looked at.
        var text = TextDecoder.Characters(bytes, out _)
            ?? (bytes.IndexOf("-----BEGIN "u8) >= 0 ? TextDecoder.Characters(bytes, out _, TextEncoding.Latin1) : null);
        if (text is null) return null;
        if (text.AsSpan().Contains('\\')) text = Unescape(text);
        if (text.AsSpan().Contains(Begin, StringComparison.Ordinal)) return new PemText(text);
        Array.Clear(text);
        return null;
    }

    public void Dispose()
    {
        Array.Clear(_text);
        foreach (var block in _blocks) CryptographicOperations.ZeroMemory(block.Content);
    }

    /// <summary>Reads the block that begins there; where the one after it begins, or -1.</summary>
    private int Next(int start)
    {
        var text = _text.AsSpan();
        var line = 1 + text[..start].Count('\n');
        var labelStart = start + Begin.Length;
        var labelLength = text[labelStart..].IndexOf(Dashes);
        if (labelLength is < 0 or > MaxLabel) return Following(labelStart);
        var label = text.Slice(labelStart, labelLength).Trim().ToString();
        var body = text[(labelStart + labelLength + Dashes.Length)..];
        var end = body.IndexOf(End);
        var other = body.IndexOf(Begin);
        if (end < 0 || (other >= 0 && other < end))
        {
            _faults.Add(new PemFault(label, line, $"-----BEGIN {label}----- in line {line} has no -----END {label}-----: the block breaks off"));
            return Following(labelStart);
        }

        if (!body[(end + End.Length)..].TrimStart().StartsWith(label, StringComparison.Ordinal)) _faults.Add(new PemFault(label, line, $"-----BEGIN {label}----- in line {line} ends with another label"));
        else Read(label, line, body[..end]);
        return Following(text.Length - body.Length + end);
    }

    private int Following(int from)
    {
        var next = _text.AsSpan(from).IndexOf(Begin);
        return next < 0 ? -1 : from + next;
    }

    private void Read(string label, int line, ReadOnlySpan<char> body)
    {
        var headers = new List<string>();
        // Proc-Type: 4,ENCRYPTED and DEK-Info: ..., which come before the content.
        for (var rest = body.TrimStart(); ; rest = body.TrimStart())
        {
            var lineEnd = rest.IndexOfAny('\r', '\n');
            var first = lineEnd < 0 ? rest : rest[..lineEnd];
            if (!first.Contains(':')) break;
            headers.Add(first.Trim(" \t\"'\\").ToString());
            body = rest[first.Length..];
        }

        var base64 = ArrayPool<char>.Shared.Rent(body.Length + 3);
        var content = new byte[body.Length];
        try
        {
            var count = 0;
            foreach (var character in body)
            {
                // Quotation marks and backslashes are those of a program around it; a zero-width space comes from a web page.
                if (char.IsWhiteSpace(character) || character is '"' or '\'' or '\\' or '\u200B' or '\uFEFF') continue;
                if (!char.IsAsciiLetterOrDigit(character) && character is not ('+' or '/' or '='))
                {
                    _faults.Add(new PemFault(label, line, $"the block {label} in line {line} holds '{character}' (U+{(int)character:X4}), which is not base64"));
                    return;
                }

                base64[count++] = character;
            }

            // The padding may have been lost; that something else was shows in the content.
            while (count % 4 != 0 && count % 4 != 1) base64[count++] = '=';
            if (Convert.TryFromBase64Chars(base64.AsSpan(0, count), content, out var length) && length > 0) _blocks.Add(new PemBlock(label, headers, content[..length], line));
            else _faults.Add(new PemFault(label, line, $"the block {label} in line {line} is empty, or its base64 breaks off"));
        }
        finally
        {
            Array.Clear(content);
            ArrayPool<char>.Shared.Return(base64, clearArray: true);
        }
    }

    /// <summary>The escapes of JSON and of programs, once or more often escaped; a backslash never belongs to PEM.</summary>
    private static char[] Unescape(char[] text)
    {
        var (to, count) = (new char[text.Length], 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                to[count++] = text[i];
                continue;
            }

            while (i + 1 < text.Length && text[i + 1] == '\\') i++;
            if (i + 1 == text.Length) break;
            i++;
            if (text[i] == 'u' && i + 4 < text.Length && ushort.TryParse(text.AsSpan(i + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var code))
            {
                to[count++] = (char)code;
                i += 4;
            }
            else
            {
                to[count++] = text[i] switch { 'n' => '\n', 'r' => '\r', 't' => '\t', var other => other };
            }
        }

        var unescaped = to[..count];
        Array.Clear(to);
        Array.Clear(text);
        return unescaped;
    }

    /// <summary>What a private key in DER form would be called in a PEM file; null when it is none.</summary>
    public static string? LabelOfKey(byte[] der)
    {
        try
        {
            var content = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            var begin = content.PeekTag();
            if (begin == Asn1Tag.Sequence)
            {
                content.ReadEncodedValue();
                return content.HasData && content.PeekTag() == Asn1Tag.PrimitiveOctetString ? EncryptedPkcs8 : null;
            }

            if (begin != Asn1Tag.Integer || content.ReadInteger() > 1 || !content.HasData) return null;
            var next = content.PeekTag();
            return next == Asn1Tag.Sequence ? Pkcs8
                : next == Asn1Tag.Integer ? Pkcs1
                : next == Asn1Tag.PrimitiveOctetString ? Sec1
                : null;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}

/// <summary>One block.</summary>
/// <param name="Label">Between the hyphens, e.g. <c>CERTIFICATE</c>.</param>
/// <param name="Headers">The lines before the content; a key has them when it is encrypted in the traditional way.</param>
/// <param name="Content">In DER form, or encrypted.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record PemBlock(string Label, IReadOnlyList<string> Headers, byte[] Content, int Line)
{
    public bool IsKey => Label.EndsWith(PemText.Pkcs8, StringComparison.Ordinal);

    /// <summary>Encrypted in the traditional way. The framework does not see such a block, because of its headers.</summary>
    public bool IsTraditionallyEncrypted => Headers.Any(h => h.StartsWith("Proc-Type:", StringComparison.Ordinal) && h.EndsWith("ENCRYPTED", StringComparison.Ordinal));
}

/// <summary>A block that cannot be read.</summary>
/// <param name="Label">Its label.</param>
/// <param name="Line">Where it begins, from 1.</param>
/// <param name="What">What is wrong with it.</param>
internal sealed record PemFault(string Label, int Line, string What)
{
    public bool IsOfKey => Label.Contains("KEY", StringComparison.Ordinal);
}
