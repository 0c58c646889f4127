using System.Text.Json;

namespace DeviceAgent.Control;

/// <summary>A key of the shadow's desired state that was dealt with. It is looked at again when the operator writes it anew.</summary>
/// <param name="Value">What was desired.</param>
/// <param name="Timestamp">When it was written, in epoch seconds, by the shadow's metadata.</param>
/// <param name="Rejection">Why it is not in force; null when it is.</param>
/// <param name="OthersToBlame">It was right itself, but came together with something that was not: it gets another chance with them.</param>
internal sealed record HandledDesire(JsonElement Value, long Timestamp, string? Rejection = null, bool OthersToBlame = false);
