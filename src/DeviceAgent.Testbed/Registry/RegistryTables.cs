using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Registry;

/// <summary>What the registry keeps, and the lock that every change of it holds.</summary>
internal sealed class RegistryTables
{
    private readonly StateStore _store;
    private long _version;

    public RegistryTables(StateStore store)
    {
        _store = store;
        Things = Of("iot.thing", RegistryJson.Default.Thing);
        ThingTypes = Of("iot.thing-type", RegistryJson.Default.ThingType);
        ThingGroups = Of("iot.thing-group", RegistryJson.Default.ThingGroup);
        ThingGroupMembers = Of("iot.thing-group-member", RegistryJson.Default.ThingGroupMember);
        Certificates = Of("iot.certificate", RegistryJson.Default.DeviceCertificateRecord);
        CaCertificates = Of("iot.ca-certificate", RegistryJson.Default.CaCertificateRecord);
        Policies = Of("iot.policy", RegistryJson.Default.IotPolicy);
        RoleAliases = Of("iot.role-alias", RegistryJson.Default.RoleAlias);
        ThingAttachments = Of("iot.thing-principal", RegistryJson.Default.ThingAttachment);
        PolicyAttachments = Of("iot.policy-target", RegistryJson.Default.PolicyAttachment);
        RegistrationCodes = Of("iot.registration-code", RegistryJson.Default.RegistrationCode);
    }

    /// <summary>Raised after every change, mostly under <see cref="Gate"/>: handlers must return at once.</summary>
    public event Action? Changed;

    /// <summary>Incremented with every change: what was read stays valid until it changes.</summary>
    public long Version => Volatile.Read(ref _version);

    public Lock Gate { get; } = new();

    public Documents<Thing> Things { get; }

    public Documents<ThingType> ThingTypes { get; }

    public Documents<ThingGroup> ThingGroups { get; }

    public Documents<ThingGroupMember> ThingGroupMembers { get; }

    public Documents<DeviceCertificateRecord> Certificates { get; }

    public Documents<CaCertificateRecord> CaCertificates { get; }

    public Documents<IotPolicy> Policies { get; }

    public Documents<RoleAlias> RoleAliases { get; }

    public Documents<ThingAttachment> ThingAttachments { get; }

    public Documents<PolicyAttachment> PolicyAttachments { get; }

    public Documents<RegistrationCode> RegistrationCodes { get; }

    private Documents<T> Of<T>(string kind, JsonTypeInfo<T> type) where T : class => new(_store, kind, type, () =>
    {
        Interlocked.Increment(ref _version);
        Changed?.Invoke();
    });
}

[JsonSerializable(typeof(Thing))]
[JsonSerializable(typeof(ThingType))]
[JsonSerializable(typeof(ThingGroup))]
[JsonSerializable(typeof(ThingGroupMember))]
[JsonSerializable(typeof(DeviceCertificateRecord))]
[JsonSerializable(typeof(CaCertificateRecord))]
[JsonSerializable(typeof(IotPolicy))]
[JsonSerializable(typeof(RoleAlias))]
[JsonSerializable(typeof(ThingAttachment))]
[JsonSerializable(typeof(PolicyAttachment))]
[JsonSerializable(typeof(RegistrationCode))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class RegistryJson : JsonSerializerContext;

/// <summary>The documents of one kind in the state store.</summary>
/// <param name="changed">Called after every change.</param>
internal sealed class Documents<T>(StateStore store, string kind, JsonTypeInfo<T> type, Action? changed = null) where T : class
{
    public IReadOnlyList<T> All => store.List(kind, type);

    /// <summary>Those whose ids begin so; only they are read.</summary>
    public IReadOnlyList<T> StartingWith(string prefix) => store.List(kind, type, prefix);

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
