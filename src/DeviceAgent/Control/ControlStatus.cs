using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Shadow;

namespace DeviceAgent.Control;

/// <summary>How it stands with remote control, for people on the device.</summary>
internal sealed class ControlStatus(Changes changes, ControlMemory memory, IotConnection? connection, ShadowService? shadow, ControlService? control)
{
    public ConnectionStatus Connection => connection?.Status ?? new ConnectionStatus(ConnectionState.Off);

    /// <summary>What somebody must mend; null when nothing is known to be wrong.</summary>
    public string? Problem => Connection.Problem ?? shadow?.NotAllowed ?? control?.NotAllowed;

    public ChangeRecord? LastChange => changes.Last;

    public ExecutingChange? Executing => changes.Executing;

    public string? Step => changes.Step;

    /// <summary>The keys that operators set from afar.</summary>
    public IEnumerable<string> Settings => memory.Record.Settings.Keys.Order(StringComparer.Ordinal);
}
