using System.Text.Json;
using DeviceAgent.Control.Shadow;

namespace DeviceAgent.Control;

/// <summary>
/// What the shadow desires and a job has changed since: it does not count any more, and left in the shadow it would be a difference for ever. It is marked
/// in the write that ends the job, and taken out of the desired state later.
/// </summary>
internal sealed class Overtaken(ActiveRoleAlias alias)
{
    /// <summary>Marks what a job that was applied has changed.</summary>
    /// <param name="record">Already with what the job has changed.</param>
    /// <param name="operation">The job's.</param>
    /// <param name="jobId">The job.</param>
    public ControlRecord Mark(ControlRecord record, string operation, string jobId)
    {
        var overtaken = record.Handled.Where(h => h.Value is { Rejection: null, OvertakenBy: null } && IsChanged(record, operation, h.Key, h.Value.Value)).ToList();
        return overtaken.Count == 0 ? record
            : record with { Handled = record.Handled.Except(overtaken).Concat(overtaken.Select(h => KeyValuePair.Create(h.Key, h.Value with { OvertakenBy = jobId }))).ToDictionary() };
    }

    /// <summary>Those that are still desired as they were when they were overtaken.</summary>
    public static IReadOnlyList<string> KeysIn(ControlRecord record, ShadowDocument document) =>
        [.. record.Handled.Where(h => h.Value.OvertakenBy is not null && document.Desired.TryGetValue(h.Key, out var desired) && h.Value.Is(desired)).Select(h => h.Key)];

    private bool IsChanged(ControlRecord record, string operation, string key, JsonElement desired) => operation switch
    {
        OperationNames.RotateRoleAlias => key == DesiredReconciler.RoleAlias && desired.ValueKind == JsonValueKind.String && desired.GetString() != alias(),
        OperationNames.SetConfig => key != DesiredReconciler.RoleAlias && !(record.Settings.TryGetValue(key, out var active) && JsonElement.DeepEquals(active.Value, desired)),
        _ => false,
    };
}
