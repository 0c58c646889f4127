namespace DeviceAgent.Testbed.Demo;

/// <summary>One line of the live view.</summary>
/// <param name="Thing">Thing and table name.</param>
/// <param name="AgentRunning">Whether its agent runs.</param>
/// <param name="Rows">Items in the table.</param>
/// <param name="RowsPerSecond">How many came in over the last seconds.</param>
/// <param name="CredentialExpiration">When the credentials that were last given out to the thing expire; null when there were none.</param>
/// <param name="LastError">The last thing that went wrong, as the cloud or the agent told it; null when nothing did.</param>
internal sealed record DeviceStatus(
    string Thing, bool AgentRunning, long Rows, double RowsPerSecond, DateTimeOffset? CredentialExpiration, string? LastError);
