namespace DeviceAgent.Testbed.Hosting;

/// <summary>A port of the testbed belongs to another process.</summary>
internal sealed class PortTakenException(string message, Exception inner) : Exception(message, inner);
