namespace DeviceAgent.Certificate;

/// <summary>The answer to a registration.</summary>
/// <param name="ThingName">The thing that the template made or found; null when the answer does not say.</param>
/// <param name="Configuration">What the template has to tell the device.</param>
internal sealed record RegisteredThing(string? ThingName, IReadOnlyDictionary<string, string> Configuration);
