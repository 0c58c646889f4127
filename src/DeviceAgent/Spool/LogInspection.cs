using System.Buffers.Binary;

namespace DeviceAgent.Spool;

/// <summary>
/// Whether a write-ahead log has lost commits. SQLite takes a log up to its first frame that is not sound, and nothing that follows: right for a commit that a power cut has torn,
/// and silent where the medium has changed a byte. The form is that of sqlite.org/fileformat2.html, section 4.
/// </summary>
internal static class LogInspection
{
    private const int HeadBytes = 32;
    private const int FrameHeadBytes = 24;
    private const uint Magic = 0x377f0682;

    /// <summary>The words of the checksum are little endian without it.</summary>
    private const uint BigEndianWords = 1;

    /// <summary>Each commit is on the medium before the next begins: a power cut tears one at most.</summary>
    private const int CommitsUnderWay = 1;

    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool HasLostCommits(string path)
    {
        if (new FileInfo(path) is not { Exists: true, Length: > HeadBytes }) return false;
        var log = File.ReadAllBytes(path).AsSpan();
        var head = log[..HeadBytes];
        var frames = log[HeadBytes..];
        var bigEndian = (Word(head) & BigEndianWords) != 0;
        var sum = Sum(head[..24], bigEndian, (0, 0));
        var pageBytes = (int)Word(head[8..]);
        if ((Word(head) | BigEndianWords) != (Magic | BigEndianWords) || sum != (Word(head[24..]), Word(head[28..])) || pageBytes is < 512 or > 65536)
        {
            // Bytes that were never written are zero.
            return frames.ContainsAnyExcept((byte)0);
        }

        var (frameBytes, lost, isSound) = (FrameHeadBytes + pageBytes, 0, true);
        for (; frames.Length >= frameBytes; frames = frames[frameBytes..])
        {
            // Frames of an earlier round have another salt.
            var isOfThisRound = frames.Slice(8, 8).SequenceEqual(head.Slice(16, 8));
            if (isSound) sum = Sum(frames[FrameHeadBytes..frameBytes], bigEndian, Sum(frames[..8], bigEndian, sum));
            isSound &= isOfThisRound && sum == (Word(frames[16..]), Word(frames[20..]));
            if (!isSound && isOfThisRound && Word(frames[4..]) != 0) lost++;
        }

        return lost > CommitsUnderWay;
    }

    private static uint Word(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt32BigEndian(at);

    private static (uint, uint) Sum(ReadOnlySpan<byte> bytes, bool bigEndian, (uint A, uint B) sum)
    {
        var (a, b) = sum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            a += b + (bigEndian ? Word(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes));
            b += a + (bigEndian ? Word(bytes[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]));
        }

        return (a, b);
    }
}
