namespace DeviceAgent.Testbed.Iam.Policies;

/// <summary><c>Principal</c> of a trust policy, or <c>NotPrincipal</c> when <paramref name="Inverted"/>, as far as services are concerned.</summary>
/// <param name="Inverted">Everyone but those named.</param>
/// <param name="Everyone"><c>"*"</c> or <c>{"AWS": "*"}</c>, which mean the same.</param>
/// <param name="Services">The names under <c>Service</c>.</param>
internal sealed record PrincipalElement(bool Inverted, bool Everyone, IReadOnlySet<string> Services)
{
    public bool Includes(string servicePrincipal) => Inverted != (Everyone || Services.Contains(servicePrincipal));
}
