namespace DeviceAgent.Diagnostics;

/// <summary>What does not change while the agent runs.</summary>
/// <param name="Thing">The thing's name.</param>
/// <param name="StartedAt">On the monotonic clock (<see cref="TimeProvider.GetTimestamp"/>).</param>
internal sealed record AgentFacts(string Thing, long StartedAt);
