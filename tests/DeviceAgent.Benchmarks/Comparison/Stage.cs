using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>Where all of them run: the testbed's credentials provider and message broker, the DynamoDB that answers at once, one device.</summary>
internal sealed class Stage : IAsyncDisposable
{
    /// <summary>What BatchWriteItem takes at most.</summary>
    public const int BatchSize = 25;

    private const string Thing = TestCloud.Thing;

    private readonly TestCloud _cloud;
    private Dictionary<string, string> _fixedCredentials = [];

    private Stage(TestCloud cloud, string configuration, int? core)
    {
        _cloud = cloud;
        Configuration = configuration;
        Core = core;
    }

    /// <summary>The processor that is kept for what is measured; null for any.</summary>
    public int? Core { get; }

    /// <summary>The agent's configuration file.</summary>
    public string Configuration { get; }

    public InstantDynamoDb DynamoDb { get; } = new();

    public Activity Activity => _cloud.Cloud.Activity;

    public string Folder => _cloud.Directory;

    public static async Task<Stage> OpenAsync(int? core)
    {
        var cloud = await TestCloud.StartAsync();
        var stage = new Stage(cloud, await cloud.DeviceAsync(Thing), core);
        var credentials = await DeviceCredentials.FetchAsync(cloud, Thing);
        stage._fixedCredentials = new()
        {
            ["AWS_ACCESS_KEY_ID"] = credentials.AccessKeyId,
            ["AWS_SECRET_ACCESS_KEY"] = credentials.SecretAccessKey.Reveal(),
            ["AWS_SESSION_TOKEN"] = credentials.SessionToken.Reveal(),
        };
        return stage;
    }

    /// <summary>What a peer finds in its environment.</summary>
    /// <param name="fetches">Whether it gets its credentials from the provider; otherwise a set is there.</param>
    public IReadOnlyDictionary<string, string> Environment(bool fetches)
    {
        var device = DeviceFolder.PathOf(_cloud.Directory, Thing);
        Dictionary<string, string> variables = new()
        {
            ["AWS_REGION"] = CloudAccount.Region,
            ["AWS_DEFAULT_REGION"] = CloudAccount.Region,
            ["AWS_CONFIG_FILE"] = "/dev/null",
            ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_ENDPOINT_URL_DYNAMODB"] = DynamoDb.Url.ToString(),
            ["TABLE"] = Thing,
            ["THING_NAME"] = Thing,
        };
        var more = fetches ? new()
        {
            ["CREDENTIALS_URL"] = $"https://{_cloud.Cloud.CredentialsEndpoint}/role-aliases/{Cloud.RoleAlias}/credentials",
            ["CERTIFICATE"] = Path.Combine(device, "certificate.pem"),
            ["PRIVATE_KEY"] = Path.Combine(device, "private.key"),
            ["CA_FILE"] = _cloud.Cloud.CaPath,
        } : _fixedCredentials;
        foreach (var (name, value) in more) variables[name] = value;
        return variables;
    }

    public async ValueTask DisposeAsync()
    {
        DynamoDb.Dispose();
        await _cloud.DisposeAsync();
    }
}
