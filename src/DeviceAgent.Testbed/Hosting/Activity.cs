using System.Collections.Concurrent;

namespace DeviceAgent.Testbed.Hosting;

/// <summary>What the cloud last did for each thing: shown by the live view and the console, never part of an answer.</summary>
internal sealed class Activity(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ThingActivity> _things = new();

    public ThingActivity Of(string thing) => _things.GetValueOrDefault(thing, ThingActivity.None);

    public void CredentialsIssued(string thing, string roleAlias, DateTimeOffset expiration)
    {
        var now = time.GetUtcNow();
        Note(thing, a => a with
        {
            RoleAlias = roleAlias,
            CredentialExpiration = expiration,
            CredentialRequests = a.CredentialRequests + 1,
            FirstIssuedAt = a.FirstIssuedAt ?? now,
            LastIssuedAt = now,
        });
    }

    public void Refused(string thing, string reason) => Note(thing, a => a with { LastRefusal = reason });

    private void Note(string thing, Func<ThingActivity, ThingActivity> change) =>
        _things.AddOrUpdate(thing, _ => change(ThingActivity.None), (_, activity) => change(activity));
}
