using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Iam.Entities;

/// <summary>The stored entities of one kind.</summary>
internal sealed class IamTable<T>(StateStore store, string kind, JsonTypeInfo<T> type) where T : class
{
    /// <summary>Ordered by id.</summary>
    public IReadOnlyList<T> All => store.List(kind, type);

    public T? Find(string id) => store.Get(kind, id, type);

    public void Put(string id, T entity) => store.Put(kind, id, entity, type);

    public void Delete(string id) => store.Delete(kind, id);
}
