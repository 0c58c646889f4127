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

    /// <summary>Raised after every change, mostly under <see cref="Gate"/>: whoever listens only takes note.</summary>
    public event Action? Changed;

    /// <summary>Grows with every change: what was read under one version still holds while it is the same.</summary>
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
