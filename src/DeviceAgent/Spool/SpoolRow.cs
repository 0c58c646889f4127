namespace DeviceAgent.Spool;

/// <summary>A reading as it is stored.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Class">How much it matters.</param>
/// <param name="Timestamp">In ms since 1970; null while the time is not known.</param>
/// <param name="BootId">The boot in which it was put in.</param>
/// <param name="Mono">When, in ms of that boot's monotonic clock; null when it was recorded with the data.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record SpoolRow(long Sequence, SpoolClass Class, long? Timestamp, string BootId, long? Mono, byte[] Payload)
{
    public bool IsLive => Mono is not null;

    public RowWeight Weight => new(Class, RowWeight.BytesOf(Payload.Length), Timestamp is null);

    public uint Checksum => RowChecksum.Of(this);
}
