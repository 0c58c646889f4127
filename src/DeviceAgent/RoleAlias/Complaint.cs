namespace DeviceAgent.RoleAlias;

/// <summary>Why an alias on probation no longer does, and by what it is withdrawn: a write or a fetch that succeeds.</summary>
internal sealed record Complaint(Refusal Refusal, bool IsOfAFetch);
