using DeviceAgent.Settings;

namespace DeviceAgent.RoleAlias;

/// <summary>The section <c>rotation</c>.</summary>
internal sealed record RotationOptions
{
    /// <summary>How long a new role alias has to prove itself by a write, once it has issued credentials: 1 to 86400 s.</summary>
    public TimeSpan ProofTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a new alias is on probation: 0 to 86400 s.</summary>
    public TimeSpan Probation { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>So many good batches end the probation earlier: 1 to 1000.</summary>
    public int ProbationBatches { get; init; } = 3;

    /// <summary>Whether an item of the agent's own proves the alias when no reading comes in time.</summary>
    public bool Heartbeat { get; init; }

    /// <summary>
    /// A cloud in which alias, policy and role were made a moment ago may not know them everywhere yet: a rejection is final when it is
    /// still there after so long. No setting: AWS says seconds, 10 are seen.
    /// </summary>
    public TimeSpan Propagation { get; init; } = TimeSpan.FromSeconds(10);

    public static RotationOptions Read(SettingsReader settings)
    {
        var defaults = new RotationOptions();
        var options = new RotationOptions
        {
            ProofTimeout = settings.Seconds("proofTimeoutSeconds", defaults.ProofTimeout, 1, 86_400),
            Probation = settings.Seconds("probationSeconds", defaults.Probation, 0, 86_400),
            ProbationBatches = settings.Integer("probationBatches", defaults.ProbationBatches, 1, 1000),
            Heartbeat = settings.Flag("heartbeat", defaults.Heartbeat),
        };
        settings.ReportUnknown();
        return options;
    }
}
