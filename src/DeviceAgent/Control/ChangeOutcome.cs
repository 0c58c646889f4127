namespace DeviceAgent.Control;

/// <summary>The end of a change, as it is reported in the shadow and in the job.</summary>
/// <param name="Result">How it ended.</param>
/// <param name="Code">Why, for programs: <c>writesDenied</c>, <c>aliasUnknown</c>, ...; null when applied.</param>
/// <param name="Reason">Why, for people, with what to do about it; null when applied. No secrets; at most 1024 characters.</param>
internal sealed record ChangeOutcome(ChangeResult Result, string? Code = null, string? Reason = null)
{
    public static ChangeOutcome Applied { get; } = new(ChangeResult.Applied);

    public static ChangeOutcome Rejected(string code, string reason) => new(ChangeResult.Rejected, code, reason);

    public static ChangeOutcome RolledBack(string code, string reason) => new(ChangeResult.RolledBack, code, reason);
}
