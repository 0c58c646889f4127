using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

/// <summary>The unmodified AWS SDK for .NET at the DynamoDB API, on this machine's clock.</summary>
public sealed class AwsSdkTests : IAsyncLifetime
{
    private DynamoDbApiWorld _world = null!;
    private readonly List<AmazonDynamoDBClient> _clients = [];

    public async Task InitializeAsync() => _world = await DynamoDbApiWorld.StartAsync(TimeProvider.System);

    public async Task DisposeAsync()
    {
        foreach (var client in _clients) client.Dispose();
        await _world.DisposeAsync();
    }

    [Fact]
    public async Task PutItem_DeviceCredentials_IsAcceptedAsTheRole()
    {
        await Client(Device()).PutItemAsync(Put());

        Assert.Equal(["boiler-07"], Assert.Single(_world.Asked).Context["credentials-iot:ThingName"]);
        Assert.Equal("PutItem", Assert.Single(_world.Calls).Operation);
    }

    [Fact]
    public async Task PutItem_OperatorKey_IsAccepted()
    {
        await Client(new BasicAWSCredentials(_world.World.Operator.AccessKeyId, _world.World.Operator.SecretAccessKey)).PutItemAsync(Put());

        Assert.Single(_world.Calls);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task PutItem_SkewedCloud_IsCorrectedByTheClient(int seconds)
    {
        _world.Faults.Update(settings => settings with { ClockSkewSeconds = seconds });

        await Client(Device(TimeSpan.FromHours(3)), retries: 2).PutItemAsync(Put());

        Assert.Single(_world.Calls);
    }

    [Fact]
    public async Task PutItem_ExpiredToken_IsNamed() => Assert.Equal("ExpiredTokenException", await ErrorOf(Device(TimeSpan.FromSeconds(-1))));

    [Fact]
    public async Task PutItem_WrongSecret_IsNamed() => Assert.Equal("InvalidSignatureException", await ErrorOf(new BasicAWSCredentials(_world.World.Operator.AccessKeyId, "wrong")));

    [Fact]
    public async Task PutItem_UnknownKey_IsNamed() => Assert.Equal("UnrecognizedClientException", await ErrorOf(new BasicAWSCredentials("AKIAUNKNOWN", "wrong")));

    [Fact]
    public async Task PutItem_WrongRegion_IsNamed()
    {
        var failure = await Assert.ThrowsAsync<AmazonDynamoDBException>(() => Client(Device(), region: "eu-west-1").PutItemAsync(Put()));

        Assert.Equal(("InvalidSignatureException", "Credential should be scoped to a valid region, not 'eu-west-1'."), (failure.ErrorCode, failure.Message));
    }

    [Fact]
    public async Task PutItem_Denied_IsNamedWithItsReason()
    {
        _world.Decide = _ => PolicyDecision.ImplicitDeny;
        var failure = await Assert.ThrowsAsync<AmazonDynamoDBException>(() => Client(Device()).PutItemAsync(Put()));

        Assert.Equal("AccessDeniedException", failure.ErrorCode);
        Assert.EndsWith("because no identity-based policy allows the dynamodb:PutItem action", failure.Message);
    }

    [Fact]
    public async Task PutItem_ThrottledOnce_IsRetriedByTheClient()
    {
        _world.Faults.Update(settings => settings with { DynamoDb = new DynamoDbFaults { Throttle = new() { Count = 1 } } });

        await Client(Device(), retries: 1).PutItemAsync(Put());

        Assert.Single(_world.Calls);
    }

    private async Task<string> ErrorOf(AWSCredentials credentials) =>
        (await Assert.ThrowsAsync<AmazonDynamoDBException>(() => Client(credentials).PutItemAsync(Put()))).ErrorCode;

    private static PutItemRequest Put() => new("boiler-07", new() { ["serial_number"] = new("SN1"), ["température"] = new() { N = "21.5" } });

    private SessionAWSCredentials Device(TimeSpan? lifetime = null)
    {
        var issued = _world.World.Tokens.Issue(_world.World.Session() with { Expiration = TimeProvider.System.GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1)) });
        return new SessionAWSCredentials(issued.AccessKeyId, issued.SecretAccessKey, issued.SessionToken);
    }

    private AmazonDynamoDBClient Client(AWSCredentials credentials, int retries = 0, string region = "us-east-1")
    {
        var client = new AmazonDynamoDBClient(credentials, new AmazonDynamoDBConfig
        {
            ServiceURL = _world.Server.Address.ToString(),
            AuthenticationRegion = region,
            MaxErrorRetry = retries,
        });
        _clients.Add(client);
        return client;
    }
}
