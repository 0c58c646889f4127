using System.Formats.Asn1;
using System.Security.Cryptography;

namespace DeviceAgent.Credentials.Identity;

/// <summary>The blocks of a PEM text, and what they are called.</summary>
internal static class PemText
{
    public const string Certificate = "CERTIFICATE";
    public const string Pkcs8 = "PRIVATE KEY";
    public const string EncryptedPkcs8 = "ENCRYPTED PRIVATE KEY";
    public const string Pkcs1 = "RSA PRIVATE KEY";
    public const string Sec1 = "EC PRIVATE KEY";
    public const string OpenSsh = "OPENSSH PRIVATE KEY";

    /// <summary>The header of a block that is encrypted in the traditional way. The framework does not see such a block, because of its headers.</summary>
    public const string TraditionalEncryption = "Proc-Type: 4,ENCRYPTED";

    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";

    /// <summary>Label and place of every block; text between them is ignored.</summary>
    public static IReadOnlyList<(string Label, Range Block)> Blocks(ReadOnlySpan<char> text)
    {
        var blocks = new List<(string, Range)>();
        var offset = 0;
        while (PemEncoding.TryFind(text[offset..], out var fields))
        {
            var (start, length) = fields.Location.GetOffsetAndLength(text.Length - offset);
            blocks.Add((text[offset..][fields.Label].ToString(), (offset + start)..(offset + start + length)));
            offset += start + length;
        }

        return blocks;
    }

    /// <summary>The first block with <see cref="TraditionalEncryption"/>; null when there is none.</summary>
    public static Range? TraditionalBlock(ReadOnlySpan<char> text)
    {
        var header = text.IndexOf(TraditionalEncryption);
        if (header < 0 || text[..header].LastIndexOf(Begin) is not (var start and >= 0)) return null;
        var end = text[header..].IndexOf(End);
        var line = end < 0 ? -1 : text[(header + end)..].IndexOfAny('\r', '\n');
        return start..(line < 0 ? text.Length : header + end + line);
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
                return content.PeekTag() == Asn1Tag.PrimitiveOctetString ? EncryptedPkcs8 : null;
            }

            if (begin != Asn1Tag.Integer || content.ReadInteger() > 1) return null;
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
