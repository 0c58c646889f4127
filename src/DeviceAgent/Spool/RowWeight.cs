namespace DeviceAgent.Spool;

/// <summary>What a row counts for.</summary>
internal readonly record struct RowWeight(SpoolClass Class, long Bytes, bool IsTimeUnknown)
{
    /// <summary>Columns besides the payload, cell and page headers: 75 to 100 bytes in practice.</summary>
    private const int Overhead = 128;

    public static long BytesOf(long payloadLength) => payloadLength + Overhead;
}
