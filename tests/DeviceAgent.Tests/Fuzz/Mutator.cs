using System.Text;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>Spoils valid input, by a seed alone: the same seed and number give the same bytes.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> corpus, int seed)
{
    private const int MaxBytes = 32 * 1024;

    /// <summary>What has broken readers of such texts.</summary>
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "\\ud800", "\\udc00\\ud800", "\\u0000", "\\", "\\n", "\"", "\"\"", "'", "{", "}", "[", "]", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ",", ",,", ":", ";", "\t", "\r", "\n", "\r\n", " ", "null", "true",
            "NaN", "1e99999999999", "\"a\":1,\"a\":2,", "\u202e\u2028", "Infinity", "-0", "1e400", "1e-400", "-", "+1", ".5", "5.", "0x10", "99999999999999999999999999999999999999999", "0.1234567890123456789012345678901234567890", "21,5", "1970", "46027.4375", "2026-01-05T10:00:00.123456789123Z",
            "9999-12-31T23:59:59.9999999-14:00", "0001-01-01T00:00:00+14:00", "2026-02-30", "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", "-----BEGIN ", "-----", "Proc-Type: 4,ENCRYPTED\n", "DEK-Info: AES-256-CBC,00\n\n",
            "\uFEFF", "\u200B", "é", "😀", "\0", "%", "%zz", "//", "/*", "#", "=", "..", "~", "${x}", "serial_number", "timestamp", "\"timestamp\":0,", "\"a\":{\"a\":{\"a\":{\"a\":1}}}",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xFF, 0xFE], [0xFE, 0xFF], [0xC3], [0xE9], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x30, 0x82, 0xFF, 0xFF], [0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF], [0x30, 0x80],
        [0x02, 0x04, 0x7F, 0xFF, 0xFF, 0xFF],
    ];

    public byte[] Next(int number)
    {
        // Not HashCode.Combine: that differs from process to process.
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var bytes = corpus[random.Next(corpus.Count)].ToList();
        for (var left = random.Next(6); left >= 0; left--) Change(bytes, random);
        return bytes.Count > MaxBytes ? [.. bytes[..MaxBytes]] : [.. bytes];
    }

    private void Change(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, random.Next(2, 200)), bytes.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3 when bytes.Count < MaxBytes:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                var other = corpus[random.Next(corpus.Count)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 200))]);
                break;
            case 5 when at > 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 6 when bytes.Count < MaxBytes:
                var piece = Pieces[random.Next(Pieces.Length)];
                for (var times = random.Next(20) == 0 ? random.Next(500) : 1; times > 0; times--) bytes.InsertRange(at, piece);
                break;
            case 7 when random.Next(4) == 0:
                // The whole in another encoding.
                var text = Encoding.UTF8.GetString([.. bytes]);
                bytes.Clear();
                bytes.AddRange(random.Next(2) == 0 ? [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)] : [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)]);
                break;
            default:
                bytes.InsertRange(at, Pieces[random.Next(Pieces.Length)]);
                break;
        }
    }
}
