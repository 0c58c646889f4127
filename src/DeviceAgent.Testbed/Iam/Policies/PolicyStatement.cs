namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary>One statement of a policy. A trust policy has principals and no resources, all others the reverse.</summary>
internal sealed record PolicyStatement(
    string? Sid,
    bool Allows,
    PrincipalElement? Principals,
    ActionElement Actions,
    ResourceElement? Resources,
    IReadOnlyList<Condition> Conditions)
{
    /// <summary>Whether the statement speaks of this request, be it to allow or to deny it.</summary>
    public bool AppliesTo(PolicyRequest request, string? servicePrincipal) =>
        (Principals is null || (servicePrincipal is not null && Principals.Includes(servicePrincipal)))
        && Actions.Includes(request.Action)
        && (Resources is null || Resources.Includes(request.Resource, request.Context))
        && Conditions.All(condition => condition.Holds(request.Context));
}

/// <summary><c>Action</c>, or <c>NotAction</c> when <paramref name="Inverted"/>.</summary>
internal sealed record ActionElement(bool Inverted, IReadOnlyList<WildcardPattern> Patterns)
{
    public bool Includes(string action) => Inverted != Patterns.Any(pattern => pattern.Matches(action, ignoreCase: true));
}

/// <summary><c>Resource</c>, or <c>NotResource</c> when <paramref name="Inverted"/>. A pattern with an unresolved variable matches nothing.</summary>
internal sealed record ResourceElement(bool Inverted, IReadOnlyList<PolicyTemplate> Templates)
{
    public bool Includes(string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
        Inverted != Templates.Any(template => template.Resolve(context, wildcards: true)?.Matches(resource) is true);
}

/// <summary><c>Principal</c> of a trust policy, or <c>NotPrincipal</c> when <paramref name="Inverted"/>, as far as services are concerned.</summary>
/// <param name="Inverted">Everyone but those named.</param>
/// <param name="Everyone"><c>"*"</c> or <c>{"AWS": "*"}</c>, which mean the same.</param>
/// <param name="Services">The names under <c>Service</c>.</param>
internal sealed record PrincipalElement(bool Inverted, bool Everyone, IReadOnlySet<string> Services)
{
    public bool Includes(string servicePrincipal) => Inverted != (Everyone || Services.Contains(servicePrincipal));
}
