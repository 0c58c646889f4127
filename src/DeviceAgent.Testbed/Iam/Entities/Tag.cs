namespace DeviceAgent.Testbed.Iam.Entities;

internal sealed record Tag(string Key, string Value);
