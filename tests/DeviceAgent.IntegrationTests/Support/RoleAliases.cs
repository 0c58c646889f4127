namespace DeviceAgent.IntegrationTests.Support;

using RoleAlias = DeviceAgent.Testbed.Registry.RoleAlias;

/// <summary>Role aliases beside the one that a device begins with.</summary>
internal static class RoleAliases
{
    public const string IotTrust = "credentials.iot.amazonaws.com";

    public static void Add(TestCloud cloud, string alias, string trusted, string action, bool isAllowed)
    {
        var roles = cloud.Cloud.Iam.Roles;
        roles.Create($"{alias}-role", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"{{trusted}}"},"Action":"sts:AssumeRole"}]}""", maxSessionDuration: 3600);
        roles.PutInlinePolicy($"{alias}-role", "rights", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"{{action}}","Resource":"*"}]}""");
        cloud.Cloud.Registry.RoleAliases.Create(alias, roles.Get($"{alias}-role").Arn, durationSeconds: null);
        if (isAllowed) Allow(cloud, alias);
    }

    public static void Allow(TestCloud cloud, string alias)
    {
        var registry = cloud.Cloud.Registry;
        registry.Policies.Create($"assume-{alias}", $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"{{RoleAlias.ArnOf(alias)}}"}]}""");
        foreach (var principal in registry.Principals.OfThing(TestCloud.Thing)) registry.PolicyTargets.Attach($"assume-{alias}", principal.CertificateId);
    }
}
