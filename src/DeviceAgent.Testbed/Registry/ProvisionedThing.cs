namespace DeviceAgent.Testbed.Registry;

/// <summary>A thing whose device files lie in a folder.</summary>
internal sealed record ProvisionedThing(string Name, string CertificateId, string Directory);
