namespace DeviceAgent.Testbed.Registry;

internal sealed record IotPolicyVersion(string Id, string Document, DateTimeOffset Created);
