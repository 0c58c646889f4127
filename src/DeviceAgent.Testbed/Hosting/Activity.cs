using System.Collections.Concurrent;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>The cloud's latest activity for each thing, for the live view and the console; never part of an answer.</summary>
internal sealed class Activity(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ThingActivity> _things = new();
    private readonly ConcurrentDictionary<string, int> _refusedSignatures = new();

    /// <summary>How many requests DynamoDB turned away because of their signature, by error.</summary>
    public IReadOnlyDictionary<string, int> RefusedSignatures => _refusedSignatures;

    public ThingActivity Of(string thing) => _things.GetValueOrDefault(thing, ThingActivity.None);

    /// <summary>Raised with every set of credentials that is given out, and the role alias that it is for.</summary>
    public event Action<string, IssuedCredentials>? Issued;

    public void CredentialsIssued(string? thing, string roleAlias, IssuedCredentials credentials)
    {
        Issued?.Invoke(roleAlias, credentials);
        var now = time.GetUtcNow();
        Note(thing, a => a with
        {
            RoleAlias = roleAlias,
            CredentialExpiration = credentials.Expiration,
            CredentialRequests = a.CredentialRequests + 1,
            FirstIssuedAt = a.FirstIssuedAt ?? now,
            LastIssuedAt = now,
        });
    }

    public void Refused(string? thing, string reason) => Note(thing, a => a with { LastRefusal = reason });

    public void SignatureRefused(string error) => _refusedSignatures.AddOrUpdate(error, 1, (_, count) => count + 1);

    /// <summary>Nothing is noted of a device that did not say which thing it is.</summary>
    private void Note(string? thing, Func<ThingActivity, ThingActivity> change)
    {
        if (thing is not null) _things.AddOrUpdate(thing, _ => change(ThingActivity.None), (_, activity) => change(activity));
    }
}

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
