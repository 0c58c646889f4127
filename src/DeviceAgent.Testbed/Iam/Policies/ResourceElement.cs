namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary><c>Resource</c>, or <c>NotResource</c> when <paramref name="Inverted"/>. A pattern with an unresolved variable matches nothing.</summary>
internal sealed record ResourceElement(bool Inverted, IReadOnlyList<PolicyTemplate> Templates)
{
    public bool Includes(string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
        Inverted != Templates.Any(template => template.Resolve(context, wildcards: true)?.Matches(resource) is true);
}
