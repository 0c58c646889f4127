using DeviceAgent.Credentials;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Support;

/// <summary>Temporary credentials of a device, fetched with the library as any program would.</summary>
internal static class DeviceCredentials
{
    public static async Task<TemporaryCredentials> FetchAsync(TestCloud cloud, string thing, bool sendThingName = true)
    {
        var result = await TryFetchAsync(cloud, thing, sendThingName);
        return result is FetchResult.Success success ? success.Credentials : throw new InvalidOperationException(result.ToString());
    }

    public static async Task<FetchResult> TryFetchAsync(TestCloud cloud, string thing, bool sendThingName = true)
    {
        var folder = DeviceFolder.PathOf(cloud.Directory, thing);
        using var identity = DeviceIdentity.Load(new DeviceIdentityOptions
        {
            CertificatePath = Path.Combine(folder, "certificate.pem"),
            PrivateKeyPath = Path.Combine(folder, "private.key"),
        });
        using var client = new CredentialsProviderClient(
            identity,
            new RoleAliasOptions
            {
                CredentialsEndpoint = cloud.Cloud.CredentialsEndpoint,
                RoleAlias = Cloud.RoleAlias,
                ThingName = sendThingName ? thing : null,
                CaPath = cloud.Cloud.CaPath,
            },
            TimeProvider.System);
        return await client.FetchAsync(CancellationToken.None);
    }

    /// <summary>The shell lines that put the credentials in the place of the operator's.</summary>
    public static string Exports(this TemporaryCredentials credentials) =>
        $"export AWS_ACCESS_KEY_ID='{credentials.AccessKeyId}' AWS_SECRET_ACCESS_KEY='{credentials.SecretAccessKey.Reveal()}' AWS_SESSION_TOKEN='{credentials.SessionToken.Reveal()}'";
}
