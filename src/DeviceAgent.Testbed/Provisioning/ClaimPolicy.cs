using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>The IoT policy of a claim certificate: connect, make a certificate, register a thing with one template, nothing else.</summary>
internal static class ClaimPolicy
{
    /// <summary>Makes the policy unless it is there; gives its name.</summary>
    public static string Ensure(RegistryService registry, string templateName)
    {
        var name = $"{templateName}-claim";
        if (registry.Policies.All.All(p => p.Name != name)) registry.Policies.Create(name, PolicyFiles.Read("iot-claim.json", ("@TEMPLATE@", templateName)));
        return name;
    }
}
