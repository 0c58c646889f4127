namespace DeviceAgent.Testbed.Hosting;

/// <summary>The cloud's view of one thing.</summary>
internal sealed record ThingActivity
{
    public static ThingActivity None { get; } = new();

    /// <summary>The role alias of the credentials given out last.</summary>
    public string? RoleAlias { get; init; }

    /// <summary>When those expire.</summary>
    public DateTimeOffset? CredentialExpiration { get; init; }

    /// <summary>How many sets of credentials were given out since the start.</summary>
    public int CredentialRequests { get; init; }

    public DateTimeOffset? FirstIssuedAt { get; init; }

    public DateTimeOffset? LastIssuedAt { get; init; }

    /// <summary>The last refusal by the credentials provider or DynamoDB.</summary>
    public string? LastRefusal { get; init; }
}
