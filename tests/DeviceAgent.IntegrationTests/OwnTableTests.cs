using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using DeviceAgent.Credentials;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests;

/// <summary>The role may write to <c>table/${credentials-iot:ThingName}</c> and nothing else.</summary>
public sealed class OwnTableTests
{
    [Theory]
    [InlineData(true, "thermostat-01", true)]
    [InlineData(true, "thermostat-02", false)]
    [InlineData(false, "thermostat-01", false)]
    [InlineData(false, "thermostat-02", false)]
    public async Task Put_WithADevicesCredentials_IsAllowedOnItsOwnTableOnly(bool sendThingName, string table, bool allowed)
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync("thermostat-01");
        await cloud.DeviceAsync("thermostat-02");
        var credentials = await DeviceCredentials.FetchAsync(cloud, "thermostat-01", sendThingName);
        using var client = ClientOf(cloud, new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal()));

        var put = () => client.PutItemAsync(table, Item());

        if (allowed)
        {
            await put();
            Assert.Single(await cloud.ItemsAsync(table));
            return;
        }

        var refusal = await Assert.ThrowsAsync<AmazonDynamoDBException>(put);
        Assert.Equal("AccessDeniedException", refusal.ErrorCode);
        Assert.Contains($"is not authorized to perform: dynamodb:PutItem on resource: {CloudAccount.Arn("dynamodb", $"table/{table}")}", refusal.Message);
        Assert.Empty(await cloud.ItemsAsync(table));
    }

    [Fact]
    public async Task Batch_OwnAndAnothersTable_IsDeniedWhole()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync("thermostat-01");
        await cloud.DeviceAsync("thermostat-02");
        var credentials = await DeviceCredentials.FetchAsync(cloud, "thermostat-01");
        using var client = ClientOf(cloud, new SessionAWSCredentials(credentials.AccessKeyId, credentials.SecretAccessKey.Reveal(), credentials.SessionToken.Reveal()));
        List<WriteRequest> writes = [new(new PutRequest(Item()))];

        var refusal = await Assert.ThrowsAsync<AmazonDynamoDBException>(() => client.BatchWriteItemAsync(
            new BatchWriteItemRequest(new Dictionary<string, List<WriteRequest>> { ["thermostat-01"] = writes, ["thermostat-02"] = writes })));

        Assert.Equal("AccessDeniedException", refusal.ErrorCode);
        Assert.Empty(await cloud.ItemsAsync("thermostat-01"));
    }

    /// <summary>The library alone: the five lines of its README.</summary>
    [Fact]
    public async Task RoleAliasCredentials_InAnSdkClient_JustWork()
    {
        await using var cloud = await TestCloud.StartAsync();
        var folder = Path.GetDirectoryName(await cloud.DeviceAsync())!;

        await using var credentials = RoleAliasCredentials.Create(
            new DeviceIdentityOptions { CertificatePath = Path.Combine(folder, "certificate.pem"), PrivateKeyPath = Path.Combine(folder, "private.key") },
            new RoleAliasOptions { CredentialsEndpoint = cloud.Cloud.CredentialsEndpoint, RoleAlias = Cloud.RoleAlias, ThingName = "thermostat-01", CaPath = cloud.Cloud.CaPath });
        using var client = ClientOf(cloud, credentials);
        await client.PutItemAsync("thermostat-01", Item());

        Assert.Single(await cloud.ItemsAsync("thermostat-01"));
    }

    private static AmazonDynamoDBClient ClientOf(TestCloud cloud, AWSCredentials credentials) => new(
        credentials, new AmazonDynamoDBConfig { ServiceURL = cloud.Cloud.Host.Url(Listener.DynamoDb).ToString(), AuthenticationRegion = CloudAccount.Region, MaxErrorRetry = 0 });

    private static Dictionary<string, AttributeValue> Item() => new() { ["serial_number"] = new("SN1"), ["timestamp"] = new("2026-03-01T12:00:00.000Z") };
}
