using System.Text.Json;

namespace DeviceAgent.Control;

/// <summary>A setting that an operator changed from afar.</summary>
/// <param name="Value">What it is set to.</param>
/// <param name="By">Whether by the shadow, which can take it back by leaving it out, or by a job.</param>
internal sealed record SettingOverride(JsonElement Value, ChangeOrigin By);
