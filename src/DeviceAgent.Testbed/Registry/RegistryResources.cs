namespace DeviceAgent.Testbed.Registry;

/// <summary>The ARN that an operation acts upon, told from the labels of its path.</summary>
internal static class RegistryResources
{
    public static string Of(IReadOnlyDictionary<string, string> labels)
    {
        foreach (var (label, value) in labels)
        {
            var kind = label switch
            {
                "thingName" => "thing",
                "thingTypeName" => "thingtype",
                "thingGroupName" => "thinggroup",
                "policyName" => "policy",
                "roleAlias" => "rolealias",
                "certificateId" => "cert",
                "caCertificateId" => "cacert",
                "templateName" => "provisioningtemplate",
                "jobId" => "job",
                _ => null,
            };
            if (kind is not null) return CloudAccount.Arn("iot", $"{kind}/{value}");
        }

        return labels.GetValueOrDefault("target", "*");
    }
}
