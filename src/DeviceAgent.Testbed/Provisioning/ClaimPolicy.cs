using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Provisioning;

/// <summary>The IoT policy of a claim certificate: connect as anybody, make a certificate, register a thing with one template, nothing else.</summary>
internal static class ClaimPolicy
{
    private const string Document = """
        {"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iot:Connect","Resource":"IOT:client/*"},
        {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":["IOT:topic/$aws/certificates/create/*","IOT:topic/$aws/certificates/create-from-csr/*","IOT:topic/$aws/provisioning-templates/TEMPLATE/provision/*"]},
        {"Effect":"Allow","Action":"iot:Subscribe","Resource":["IOT:topicfilter/$aws/certificates/create/*","IOT:topicfilter/$aws/certificates/create-from-csr/*","IOT:topicfilter/$aws/provisioning-templates/TEMPLATE/provision/*"]}]}
        """;

    /// <summary>Makes the policy unless it is there; gives its name.</summary>
    public static string Ensure(RegistryService registry, string templateName)
    {
        var name = $"{templateName}-claim";
        if (registry.Policies.All.All(p => p.Name != name))
            registry.Policies.Create(name, Document.Replace("IOT:", CloudAccount.Arn("iot", ""), StringComparison.Ordinal).Replace("TEMPLATE", templateName, StringComparison.Ordinal));
        return name;
    }
}
