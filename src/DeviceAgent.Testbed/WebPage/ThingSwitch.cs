namespace DeviceAgent.Testbed.WebPage;

/// <summary>What a person can break and mend for one thing.</summary>
internal enum ThingSwitch
{
    /// <summary>Every connection of the thing is torn down.</summary>
    Network,

    /// <summary>DynamoDB throttles its writes.</summary>
    Throttle,

    /// <summary>A policy on the role that it acts in denies its writes.</summary>
    RoleDenied,

    /// <summary>Its certificates are REVOKED in the registry.</summary>
    CertificateRevoked,
}
