namespace DeviceAgent.Testbed.Signing;

/// <summary>How a service speaks, which decides what its refusals look like.</summary>
internal enum DoorProtocol
{
    RestJson,
    Query,
}
