namespace DeviceAgent.Testbed.Registry;

/// <summary>What an operator puts into a verification certificate to prove that the CA key is theirs.</summary>
internal sealed record RegistrationCode(string Code);
