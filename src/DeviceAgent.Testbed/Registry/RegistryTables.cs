using DeviceAgent.Testbed.State;

namespace DeviceAgent.Testbed.Registry;

/// <summary>What the registry keeps, and the lock that every change of it holds.</summary>
internal sealed class RegistryTables(StateStore store)
{
    public Lock Gate { get; } = new();

    public Documents<Thing> Things { get; } = new(store, "iot.thing", RegistryJson.Default.Thing);

    public Documents<ThingType> ThingTypes { get; } = new(store, "iot.thing-type", RegistryJson.Default.ThingType);

    public Documents<ThingGroup> ThingGroups { get; } = new(store, "iot.thing-group", RegistryJson.Default.ThingGroup);

    public Documents<ThingGroupMember> ThingGroupMembers { get; } = new(store, "iot.thing-group-member", RegistryJson.Default.ThingGroupMember);

    public Documents<DeviceCertificateRecord> Certificates { get; } = new(store, "iot.certificate", RegistryJson.Default.DeviceCertificateRecord);

    public Documents<CaCertificateRecord> CaCertificates { get; } = new(store, "iot.ca-certificate", RegistryJson.Default.CaCertificateRecord);

    public Documents<IotPolicy> Policies { get; } = new(store, "iot.policy", RegistryJson.Default.IotPolicy);

    public Documents<RoleAlias> RoleAliases { get; } = new(store, "iot.role-alias", RegistryJson.Default.RoleAlias);

    public Documents<ThingAttachment> ThingAttachments { get; } = new(store, "iot.thing-principal", RegistryJson.Default.ThingAttachment);

    public Documents<PolicyAttachment> PolicyAttachments { get; } = new(store, "iot.policy-target", RegistryJson.Default.PolicyAttachment);

    public Documents<RegistrationCode> RegistrationCodes { get; } = new(store, "iot.registration-code", RegistryJson.Default.RegistrationCode);
}
