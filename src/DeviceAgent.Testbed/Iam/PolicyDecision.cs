namespace DeviceAgent.Testbed.Iam;

/// <summary>What a set of policies says about one request. Only <see cref="Allow"/> lets it pass.</summary>
internal enum PolicyDecision
{
    /// <summary>No statement applies.</summary>
    ImplicitDeny,

    /// <summary>A statement with <c>"Effect": "Deny"</c> applies; it wins over every Allow.</summary>
    ExplicitDeny,

    Allow,
}
