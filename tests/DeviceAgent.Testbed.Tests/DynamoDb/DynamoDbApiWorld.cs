using System.Text;
using System.Text.Json;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.Tests.Signing;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

/// <summary>The DynamoDB API on a real port, with a backend that notes what it is asked and says <c>{}</c>.</summary>
internal sealed class DynamoDbApiWorld : IAsyncDisposable, IDynamoDbBackend
{
    private readonly SigV4Verifier _verifier;
    private LoopbackServer? _server;

    private DynamoDbApiWorld(TimeProvider? time, IDynamoDbBackend? backend)
    {
        Clock = new CloudClock(time ?? World.Time, Faults);
        _verifier = new SigV4Verifier(World.Tokens, World.Operator, new SigV4Options(), Clock);
        var guard = new DynamoDbGuard((caller, action, resource, context) =>
        {
            if (caller.RoleName is null) return PolicyDecision.Allow;
            var request = new PolicyRequest(action, resource, SessionContext.Of(caller, caller.ContextKeys["aws:PrincipalArn"], Clock.GetUtcNow(), context));
            Asked.Add(request);
            return Decide(request);
        });
        Listener = new DynamoDbApi(_verifier, guard, new DynamoDbOperations(Known.Contains, Accesses), new FaultyBackend(backend ?? this, Faults, World.Time), new Activity(World.Time), Clock);
    }

    public static HashSet<string> Known { get; } = ["PutItem", "BatchWriteItem", "DescribeTable", "Query"];

    public SigningWorld World { get; } = new();

    public FaultSwitches Faults { get; } = new(new Random(1));

    public CloudClock Clock { get; }

    public DynamoDbApi Listener { get; }

    public LoopbackServer Server => _server!;

    public List<PolicyRequest> Asked { get; } = [];

    public Func<PolicyRequest, PolicyDecision> Decide { get; set; } = _ => PolicyDecision.Allow;

    public List<DynamoDbCall> Calls { get; } = [];

    public string Answer { get; set; } = "{}";

    public static async Task<DynamoDbApiWorld> StartAsync(TimeProvider? time = null, IDynamoDbBackend? backend = null)
    {
        var world = new DynamoDbApiWorld(time, backend);
        world._server = await LoopbackServer.StartAsync(world.Listener.HandleAsync);
        return world;
    }

    public Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        lock (Calls) Calls.Add(call);
        return Task.FromResult(new DynamoDbAnswer(200, Encoding.UTF8.GetBytes(Answer)));
    }

    public RawRequest Sign(TestSigner signer, string operation, string body, params (string, string)[] more) => signer.Sign(
        "POST", "/", Clock.GetUtcNow(), Encoding.UTF8.GetBytes(body),
        [("Host", Server.Address.Authority), ("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", "DynamoDB_20120810." + operation), .. more]);

    public async Task<(HttpResponseMessage Response, JsonElement Json)> SendAsync(RawRequest request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(Server.Address, request.Target)) { Content = new ReadOnlyMemoryContent(request.Body) };
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content.Headers.TryAddWithoutValidation(name, value);
        }

        var response = await Server.Client.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        return (response, text.StartsWith('{') ? JsonSerializer.Deserialize<JsonElement>(text) : default);
    }

    public ValueTask DisposeAsync() => _server is null ? default : _server.DisposeAsync();

    /// <summary>Stands in for the engine: one access a table.</summary>
    private static IReadOnlyList<DynamoDbAccess> Accesses(string operation, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return root.TryGetProperty("RequestItems", out var tables)
                ? [.. tables.EnumerateObject().Select(table => new DynamoDbAccess("dynamodb:" + operation, table.Name, []))]
                : [new DynamoDbAccess("dynamodb:" + operation, root.GetProperty("TableName").GetString()!, ["SN1", "SN2"])];
        }
        catch (JsonException)
        {
            throw DynamoDbException.Serialization();
        }
    }
}
