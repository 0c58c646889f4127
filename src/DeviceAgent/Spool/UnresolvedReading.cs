using DeviceAgent.Clock;
namespace DeviceAgent.Spool;

/// <summary>A stored reading whose time is not known yet.</summary>
/// <param name="Sequence">Its number in the spool.</param>
/// <param name="BootId">The boot in which it was taken.</param>
/// <param name="Monotonic">When, on that boot's monotonic clock (<see cref="BootClock.Milliseconds"/>).</param>
/// <param name="SerialNumber">Who measured; empty when the payload does not say.</param>
/// <param name="Payload">The item as JSON.</param>
internal sealed record UnresolvedReading(long Sequence, string BootId, TimeSpan Monotonic, string SerialNumber, ReadOnlyMemory<byte> Payload);
