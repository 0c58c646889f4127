namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary><c>Action</c>, or <c>NotAction</c> when <paramref name="Inverted"/>.</summary>
internal sealed record ActionElement(bool Inverted, IReadOnlyList<WildcardPattern> Patterns)
{
    public bool Includes(string action) => Inverted != Patterns.Any(pattern => pattern.Matches(action, ignoreCase: true));
}
