namespace DeviceAgent.Testbed.Shadow;

/// <summary>A shadow as it is kept; a deleted one leaves its version behind for a while.</summary>
/// <param name="Thing">The thing's name.</param>
/// <param name="Name">The shadow's name; null is the classic one.</param>
/// <param name="Desired">Null when nothing is desired.</param>
/// <param name="Reported">Null when nothing is reported.</param>
/// <param name="Version">Of the last change; a deletion is one.</param>
/// <param name="Deleted">When it was deleted; null while it exists.</param>
internal sealed record StoredShadow(string Thing, string? Name, ShadowSection? Desired, ShadowSection? Reported, long Version, DateTimeOffset? Deleted)
{
    public ShadowSection? Delta => ShadowDelta.Of(Desired, Reported);
}
