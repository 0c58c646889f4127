namespace DeviceAgent.Control;

/// <summary>A change that is being made.</summary>
/// <param name="What"><c>roleAlias</c>, <c>settings</c>, or the name of an operation.</param>
/// <param name="By">On which way it was asked for.</param>
/// <param name="Reference">The job's id, or the version of the shadow.</param>
internal sealed record ExecutingChange(string What, ChangeOrigin By, string Reference);
