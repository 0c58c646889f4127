using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>A request whose signature is good.</summary>
internal sealed record SignedRequest(Caller Caller, ReadOnlyMemory<byte> Body, string RequestId);
