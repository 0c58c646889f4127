using DeviceAgent.Control;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// Which role alias is in force: in memory and on disk. Made at the start, before anything is fetched. Changed by one loop at a time,
/// read by anybody.
/// </summary>
internal sealed class RoleAliasState
{
    private readonly RoleAliasFile _file;
    private readonly ILogger _logger;
    private RotationStatus _status;

    /// <param name="configured">The alias in the configuration.</param>
    /// <param name="file">What an earlier run left.</param>
    /// <param name="logger">Says when the two differ.</param>
    public RoleAliasState(string configured, RoleAliasFile file, ILogger<RoleAliasState> logger)
    {
        _file = file;
        _logger = logger;
        var record = Reconcile(file.Recover(), configured);
        _status = new RotationStatus(
            record.InForce, configured, record.Previous is null ? RotationPhase.Settled : RotationPhase.Probation, null, record.Previous, record.Last);
    }

    public RotationStatus Status => Volatile.Read(ref _status);

    public string InForce => Status.InForce;

    /// <summary>A change has come so far.</summary>
    public void Enter(RotationPhase phase, string? candidate = null) => Set(_status with { Phase = phase, Candidate = candidate });

    /// <summary>From here on the alias is in force, over a restart as well, and on probation.</summary>
    /// <exception cref="IOException">It could not be written: nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written: nothing has changed.</exception>
    public void Commit(string roleAlias)
    {
        var next = _status with { InForce = roleAlias, Previous = _status.InForce, Phase = RotationPhase.Probation, Candidate = null };
        try
        {
            _file.Save(RecordOf(next));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be there all the same when only the last sync failed.
            _file.TrySave(RecordOf(_status));
            throw;
        }

        Set(next);
    }

    /// <summary>Ended without a change.</summary>
    public void Reject(string roleAlias, ChangeOutcome outcome) =>
        Keep(_status with { Phase = RotationPhase.Settled, Candidate = null, Last = new LastChange(roleAlias, outcome) });

    /// <summary>The probation is passed.</summary>
    public void Settle() =>
        Keep(_status with { Phase = RotationPhase.Settled, Previous = null, Last = new LastChange(_status.InForce, ChangeOutcome.Applied) });

    /// <summary>The previous alias is in force again.</summary>
    public void RollBack(ChangeOutcome outcome) =>
        Keep(_status with { InForce = _status.Previous!, Phase = RotationPhase.Settled, Previous = null, Last = new LastChange(_status.InForce, outcome) });

    /// <summary>
    /// In memory even when the disk does not take it: the next start then finds the alias on probation, and watches it again.
    /// </summary>
    private void Keep(RotationStatus status)
    {
        _file.TrySave(RecordOf(status));
        Set(status);
    }

    private RoleAliasRecord Reconcile(RoleAliasRecord? record, string configured)
    {
        if (record is null) return RoleAliasRecord.Initial(configured);
        if (record.Configured == configured)
        {
            if (record.InForce != configured) _logger.OtherAliasInForce(record.InForce, configured, record.Previous is null ? "" : $", on probation (before: {record.Previous})");
            return record;
        }

        _logger.ConfigurationWins(configured, record.Configured, record.InForce);
        var fresh = RoleAliasRecord.Initial(configured, record.Last);
        _file.TrySave(fresh);
        return fresh;
    }

    private void Set(RotationStatus status) => Volatile.Write(ref _status, status);

    private static RoleAliasRecord RecordOf(RotationStatus status) =>
        new(RoleAliasRecord.CurrentVersion, status.Configured, status.InForce, status.Previous, status.Last);
}
