using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Shadow;

/// <summary>The device shadows of the account. Topics and HTTP are handled by <see cref="ShadowTopics"/> and <see cref="ShadowOperations"/>.</summary>
internal sealed class ShadowService
{
    /// <summary>The named shadow by which the agent is controlled.</summary>
    public const string AgentShadow = "device-agent";

    /// <summary>What a state may have, metadata not counted.</summary>
    public const int MaximumStateBytes = 8 * 1024;

    /// <summary>How long the version number of a deleted shadow is kept.</summary>
    public static readonly TimeSpan VersionMemory = TimeSpan.FromHours(48);

    private readonly Lock _gate = new();
    private readonly Documents<StoredShadow> _shadows;
    private readonly TimeProvider _time;

    public ShadowService(StateStore store, TimeProvider time)
    {
        _shadows = new Documents<StoredShadow>(store, "iot.shadow", ShadowJson.Default.StoredShadow);
        _time = time;
        foreach (var forgotten in _shadows.All.Where(IsForgotten)) _shadows.Delete(ShadowKey.Of(forgotten.Thing, forgotten.Name)!.Id);
    }

    /// <summary>Raised in the order of the versions; handlers must neither block nor throw.</summary>
    public event Action<ShadowChange>? Changed;

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <exception cref="ShadowException">There is none.</exception>
    public JsonObject Get(ShadowKey key, string? clientToken = null) => Find(key, clientToken) ?? throw ShadowException.NotFound(key);

    /// <summary>The whole document as get answers it; null when there is no such shadow.</summary>
    public JsonObject? Find(ShadowKey key, string? clientToken = null) =>
        _shadows.Find(key.Id) is { Deleted: null } shadow ? ShadowDocuments.Current(shadow, Now, clientToken) : null;

    /// <summary>Changes a shadow, or makes it; gives the accepted document.</summary>
    /// <exception cref="ShadowException">Nothing was changed.</exception>
    public JsonObject Update(ShadowKey key, ReadOnlySpan<byte> payload)
    {
        var update = ShadowUpdate.Parse(payload);
        lock (_gate)
        {
            var previous = Previous(key);
            if (update.Version is { } expected && expected != previous.Version) throw ShadowException.VersionConflict();
            var now = Now;
            var current = previous with
            {
                Desired = update.Desired.ApplyTo(previous.Desired, now),
                Reported = update.Reported.ApplyTo(previous.Reported, now),
                Version = previous.Version + 1,
            };
            RequireSize(current);
            _shadows.Put(key.Id, current);

            var accepted = ShadowDocuments.Accepted(update, current.Version, now);
            Changed?.Invoke(new ShadowChange(
                key, "update", accepted,
                current.Delta is { } delta ? ShadowDocuments.Delta(delta, current.Version, now, update.ClientToken) : null,
                ShadowDocuments.Pair(previous, current, now, update.ClientToken)));
            return accepted;
        }
    }

    /// <summary>Gives the deleted document's version. The deletion is a change of its own and takes the next number.</summary>
    /// <exception cref="ShadowException">There is none.</exception>
    public JsonObject Delete(ShadowKey key, string? clientToken = null)
    {
        lock (_gate)
        {
            if (_shadows.Find(key.Id) is not { Deleted: null } shadow) throw ShadowException.NotFound(key);
            _shadows.Put(key.Id, shadow with { Desired = null, Reported = null, Version = shadow.Version + 1, Deleted = _time.GetUtcNow() });
            var accepted = ShadowDocuments.Deleted(shadow.Version, Now, clientToken);
            Changed?.Invoke(new ShadowChange(key, "delete", accepted, Delta: null, Documents: null));
            return accepted;
        }
    }

    /// <summary>The names of a thing's named shadows.</summary>
    public IReadOnlyList<string> NamesOf(string thing) =>
        [.. _shadows.All.Where(s => s.Thing == thing && s.Deleted is null).Select(s => s.Name).OfType<string>()];

    /// <summary>What an update starts from.</summary>
    private StoredShadow Previous(ShadowKey key) => _shadows.Find(key.Id) is { } kept && !IsForgotten(kept)
        ? kept with { Deleted = null }
        : new StoredShadow(key.Thing, key.Name, Desired: null, Reported: null, Version: 0, Deleted: null);

    private bool IsForgotten(StoredShadow shadow) => shadow.Deleted is { } deleted && _time.GetUtcNow() - deleted >= VersionMemory;

    private static void RequireSize(StoredShadow shadow)
    {
        var state = new JsonObject().With("desired", shadow.Desired?.Values.DeepClone()).With("reported", shadow.Reported?.Values.DeepClone());
        if (JsonBytes.Of(state).Length > MaximumStateBytes) throw ShadowException.TooLarge();
    }
}
