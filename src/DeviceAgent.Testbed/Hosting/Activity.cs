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
            LastRequestAt = now,
            CredentialsTrouble = null,
        });
    }

    public void CredentialsRefused(string? thing, string reason)
    {
        var now = time.GetUtcNow();
        Note(thing, a => a with { LastRefusal = reason, LastRequestAt = now, CredentialsTrouble = Trouble.GoesOn(a.CredentialsTrouble, reason, now) });
    }

    /// <summary>DynamoDB has carried out a write.</summary>
    public void Written(string? thing)
    {
        var now = time.GetUtcNow();
        Note(thing, a => a with { LastRequestAt = now, LastWrittenAt = now, WriteTrouble = null });
    }

    /// <summary>DynamoDB has not carried out a request.</summary>
    /// <param name="thing">Whose credentials it was signed with.</param>
    /// <param name="reason">In words.</param>
    /// <param name="isRefusal">True where it is for good, false for what passes, such as throttling.</param>
    public void WriteFailed(string? thing, string reason, bool isRefusal)
    {
        var now = time.GetUtcNow();
        Note(thing, a => a with { LastRefusal = isRefusal ? reason : a.LastRefusal, LastRequestAt = now, WriteTrouble = Trouble.GoesOn(a.WriteTrouble, reason, now) });
    }

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

    /// <summary>The last refusal by the credentials provider or DynamoDB, whatever came after it.</summary>
    public string? LastRefusal { get; init; }

    /// <summary>The last request to the credentials provider or DynamoDB, whatever became of it.</summary>
    public DateTimeOffset? LastRequestAt { get; init; }

    /// <summary>The last write that DynamoDB carried out.</summary>
    public DateTimeOffset? LastWrittenAt { get; init; }

    /// <summary>Why it gets no credentials; null when the last request got some.</summary>
    public Trouble? CredentialsTrouble { get; init; }

    /// <summary>Why its writes fail; null when the last one succeeded.</summary>
    public Trouble? WriteTrouble { get; init; }
}
