namespace DeviceAgent.Control;

/// <summary>A change that has ended.</summary>
/// <param name="What"><c>roleAlias</c>, <c>settings</c>, or the name of an operation.</param>
/// <param name="By">On which way it was asked for.</param>
/// <param name="Reference">The job's id, or the version of the shadow.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="At">When.</param>
internal sealed record ChangeRecord(string What, ChangeOrigin By, string Reference, ChangeOutcome Outcome, DateTimeOffset At);
