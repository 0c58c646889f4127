namespace DeviceAgent.Testbed.Tests.Iam;

internal sealed record SigningKey(string AccessKeyId, string Secret, string? Token);
