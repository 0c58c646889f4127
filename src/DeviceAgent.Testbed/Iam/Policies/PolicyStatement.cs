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
