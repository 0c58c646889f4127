using DeviceAgent.Control;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.RoleAlias;

/// <summary>
/// Which role alias is active: in memory and on disk. Made at the start, before anything is fetched. Changed by one loop at a time,
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
            record.Active, configured, record.Previous is null ? RotationPhase.Settled : RotationPhase.Probation, null, record.Previous, record.Last);
    }

    public RotationStatus Status => Volatile.Read(ref _status);

    public string Active => Status.Active;

    /// <summary>A change has come so far.</summary>
    public void Enter(RotationPhase phase, string? candidate = null) => Set(_status with { Phase = phase, Candidate = candidate });

    /// <summary>From here on the alias is active, over a restart as well, and on probation.</summary>
    /// <exception cref="IOException">It could not be written: nothing has changed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written: nothing has changed.</exception>
    public void Commit(string roleAlias)
    {
        var next = _status with { Active = roleAlias, Previous = _status.Active, Phase = RotationPhase.Probation, Candidate = null };
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
        Keep(_status with { Phase = RotationPhase.Settled, Previous = null, Last = new LastChange(_status.Active, ChangeOutcome.Applied) });

    /// <summary>The previous alias is active again.</summary>
    public void RollBack(ChangeOutcome outcome) =>
        Keep(_status with { Active = _status.Previous!, Phase = RotationPhase.Settled, Previous = null, Last = new LastChange(_status.Active, outcome) });

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
            if (record.Active != configured) _logger.OtherAliasActive(record.Active, configured, record.Previous is null ? "" : $", on probation (before: {record.Previous})");
            return record;
        }

        _logger.ConfigurationWins(configured, record.Configured, record.Active);
        var fresh = RoleAliasRecord.Initial(configured, record.Last);
        _file.TrySave(fresh);
        return fresh;
    }

    private void Set(RotationStatus status) => Volatile.Write(ref _status, status);

    private static RoleAliasRecord RecordOf(RotationStatus status) =>
        new(RoleAliasRecord.CurrentVersion, status.Configured, status.Active, status.Previous, status.Last);
}

/// <summary>How it stands with the role alias, at one moment.</summary>
/// <param name="Active">The active alias.</param>
/// <param name="Configured">The one in the configuration.</param>
/// <param name="Phase">How far a change is.</param>
/// <param name="Candidate">The alias that is tried while the phase is fetching or proving; else null.</param>
/// <param name="Previous">While on probation: the alias to go back to; else null.</param>
/// <param name="Last">How the last change ended, of an earlier run as well; null when there was none.</param>
internal sealed record RotationStatus(string Active, string Configured, RotationPhase Phase, string? Candidate, string? Previous, LastChange? Last);

/// <summary>How far a change of the role alias is.</summary>
internal enum RotationPhase
{
    /// <summary>None is in progress.</summary>
    Settled,

    /// <summary>Credentials of the new alias are asked for.</summary>
    Fetching,

    /// <summary>The new alias has issued credentials; a write with them is waited for. The old one is active.</summary>
    Proving,

    /// <summary>The new alias is active and watched.</summary>
    Probation,

    /// <summary>The new alias is active and no longer works; the old one is asked for credentials.</summary>
    RollingBack,
}

/// <summary>How the last change of the role alias ended.</summary>
/// <param name="RoleAlias">The alias that was asked for.</param>
/// <param name="Outcome">What became of it.</param>
internal sealed record LastChange(string RoleAlias, ChangeOutcome Outcome);
