namespace DeviceAgent.Testbed.Provisioning;

internal sealed record ProvisioningTemplateVersion(int Id, string Body, DateTimeOffset Created);
