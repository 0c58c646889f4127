using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Registry;

/// <summary>The documents of one kind in the state store.</summary>
/// <param name="changed">Called after every change.</param>
internal sealed class Documents<T>(StateStore store, string kind, JsonTypeInfo<T> type, Action? changed = null) where T : class
{
    public IReadOnlyList<T> All => store.List(kind, type);

    public T? Find(string id) => store.Get(kind, id, type);

    public T Put(string id, T document)
    {
        store.Put(kind, id, document, type);
        changed?.Invoke();
        return document;
    }

    public bool Delete(string id)
    {
        var deleted = store.Delete(kind, id);
        changed?.Invoke();
        return deleted;
    }
}
