using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Credentials.Identity;

/// <summary>What a file is that is not what was looked for, and the command that makes that of it.</summary>
/// <param name="What">In words that follow <c>it is</c>.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record FoundForm(string What, string? Remedy)
{
    private static readonly SearchValues<char> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n\t ");

    /// <summary>Null: nothing that is known.</summary>
    public static FoundForm? Of(IdentityFile file)
    {
        var (path, bytes) = (Problems.Shell(file.Path), file.Bytes);
        if (bytes.Length == 0) return new("empty", null);
        if (PemText.LabelOfKey(bytes) is { } label) return new($"a private key in DER form ({label})", "Perhaps key and certificate paths are swapped.");
        switch (CertificateReader.ContentType(file))
        {
            case X509ContentType.Cert: return new("a certificate in DER form", "Perhaps key and certificate paths are swapped.");
            case X509ContentType.Pkcs7: return new("a PKCS#7 file, which holds certificates only", "Perhaps key and certificate paths are swapped.");
            case X509ContentType.Pkcs12: return new("a PFX file", "It belongs into the certificate path, with no private key path.");
        }

        if (TextStart.Of(bytes, null).Problem is { } problem) return new($"not readable as text: {problem}", $"Convert it: iconv -f {NameForIconv(bytes)} -t UTF-8 {path} > {path}.pem");
        return TextDecoder.Decode(bytes, out _) is { } text ? OfText(text.Trim(), path) : null;
    }

    /// <summary>Of a text that is in none of the encodings that are read.</summary>
    private static string NameForIconv(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, 0, 0, ..] or [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0, ..] => "UTF-16BE",
        _ => "UTF-16LE",
    };

    private static FoundForm? OfText(string text, string path)
    {
        if (text.Length == 0) return new("empty but for white space", null);
        if (text.StartsWith("PuTTY-User-Key-File", StringComparison.Ordinal)) return new("a key of PuTTY", $"Convert it: puttygen {path} -O private-openssh -o key.ssh && ssh-keygen -p -m PKCS8 -f key.ssh");
        if (text.StartsWith("ssh-", StringComparison.Ordinal) || text.StartsWith("ecdsa-sha2-", StringComparison.Ordinal)) return new("a public key of OpenSSH", "The private key is the file of that name without .pub.");
        if (text[0] == '{' && text.Contains("\"kty\"", StringComparison.Ordinal)) return new("a JSON Web Key", "Convert it to PEM with the tool that made it.");
        if (text[0] == '<') return new("a web page or XML", "Download it again; perhaps what was saved is the page that asks for a login.");
        if (text.Contains("-----END ", StringComparison.Ordinal)) return new("text with a line -----END ...----- and none -----BEGIN ...-----", "Its beginning was not copied: copy the file again, whole.");
        if (text.Contains("BEGIN ", StringComparison.Ordinal) && (text.Contains("CERTIFICATE", StringComparison.Ordinal) || text.Contains("KEY", StringComparison.Ordinal)))
            return new("text with a line BEGIN that does not have exactly five hyphens (-) on either side", "A word processor may have replaced them: write -----BEGIN ...----- and -----END ...-----, or copy the file again as plain text.");
        return text.AsSpan().ContainsAnyExcept(Base64) || text.Length < 64 ? null : OfBase64(text, path);
    }

    private static FoundForm OfBase64(string text, string path)
    {
        var label = "CERTIFICATE";
        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text, bytes, out var length)) label = PemText.LabelOfKey(bytes[..length]) ?? label;
        return new(
            $"base64 without the lines -----BEGIN {label}----- and -----END {label}-----",
            $"Put them around it: (echo '-----BEGIN {label}-----'; cat {path}; echo; echo '-----END {label}-----') > {path}.pem");
    }
}
