using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Testbed.Tests;

/// <summary>The testbed plays the other side: what it shared with the agent could be wrong in both at once.</summary>
public class ArchitectureTests
{
    [Fact]
    public void Testbed_SharesNoCodeWithTheAgent() =>
        Assert.DoesNotContain(typeof(Cloud).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("DeviceAgent", StringComparison.Ordinal) || a.Name == "device-agent" || a.Name == "MQTTnet");
}
