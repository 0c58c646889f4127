namespace DeviceAgent.Testbed.Iam;

/// <summary>A policy document that AWS would refuse. The message names the place in the document and what is wrong there.</summary>
internal sealed class PolicyFormatException(string message, Exception? inner = null) : Exception(message, inner);
