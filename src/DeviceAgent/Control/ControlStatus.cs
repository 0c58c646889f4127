using DeviceAgent.Control.Cloud;
using DeviceAgent.Control.Shadow;

namespace DeviceAgent.Control;

/// <summary>A snapshot of remote control, for people on the device.</summary>
internal sealed class ControlStatus(OperationRunner runner, ControlState state, IotConnection? connection, ShadowService? shadow, ControlService? control)
{
    public ConnectionStatus Connection => connection?.Status ?? new ConnectionStatus(ConnectionState.Off);

    /// <summary>What somebody must mend; null when nothing is known to be wrong.</summary>
    public string? Problem =>
        string.Join(" ", new[] { shadow?.Problem, control?.Problem, Connection.Problem, shadow?.Shortened is { } shortened ? $"Shadow: {shortened}" : null }.OfType<string>().Distinct()) is { Length: > 0 } problems ? problems : null;

    public ChangeRecord? LastChange => runner.Last;

    public ExecutingChange? Executing => runner.Executing;

    public string? Step => runner.Step;

    /// <summary>The keys that operators set remotely.</summary>
    public IEnumerable<string> Settings => state.Record.Settings.Keys.Order(StringComparer.Ordinal);
}
