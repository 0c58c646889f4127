using System.Text;
using DeviceAgent.TestSupport;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

public sealed class ForwardedTablesTests : IDisposable
{
    private const string Put = """{"TableName":"fleet","Item":{"thing":{"S":"boiler-07"},"site":{"S":"north"}}}""";
    private const string Schema = """
        "TableName":"fleet","KeySchema":[{"AttributeName":"thing","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"thing","AttributeType":"S"},{"AttributeName":"indexed","AttributeType":"N"}]
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly DynamoDbEngine _schemas;
    private readonly ForwardedTables _tables;
    private readonly Upstream _upstream = new();

    public ForwardedTablesTests()
    {
        _schemas = new DynamoDbEngine(Path.Combine(_folder, "schemas.db"), new DynamoDbEngineOptions { CreatingTime = TimeSpan.Zero, DeletingTime = TimeSpan.Zero }, new ManualTimeProvider());
        _tables = new ForwardedTables(_upstream, _schemas);
    }

    public void Dispose()
    {
        _schemas.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Accesses_TableNeverSeen_HasKeysThatNoPolicyExpects() => Assert.Single(LeadingKeys(), key => key.StartsWith("(key schema not known yet", StringComparison.Ordinal));

    [Theory]
    [InlineData("CreateTable", "TableDescription")]
    [InlineData("DescribeTable", "Table")]
    public async Task Accesses_TableDescribed_HasItsKeys(string operation, string member)
    {
        await ForwardAsync(operation, 200, "{\"" + member + "\":{" + Schema + "}}");

        Assert.Equal(["boiler-07"], LeadingKeys());
    }

    [Theory]
    [InlineData(400, "{}")]
    [InlineData(200, "{}")]
    [InlineData(200, "[]")]
    [InlineData(200, "<html>")]
    public async Task Accesses_NoDescriptionGiven_StaysUnknown(int status, string body)
    {
        await ForwardAsync("DescribeTable", status, body);

        Assert.NotEqual(["boiler-07"], LeadingKeys());
    }

    [Fact]
    public async Task Accesses_TableMadeAnew_HasItsNewKeys()
    {
        await ForwardAsync("DescribeTable", 200, "{\"Table\":{" + Schema + "}}");
        await ForwardAsync("DescribeTable", 200, "{\"Table\":{" + Schema.Replace("thing", "site", StringComparison.Ordinal) + "}}");

        Assert.Equal(["north"], LeadingKeys());
    }

    [Fact]
    public async Task Accesses_TableDeleted_IsUnknownAgain()
    {
        await ForwardAsync("DescribeTable", 200, "{\"Table\":{" + Schema + "}}");
        await ForwardAsync("DeleteTable", 200, "{}");

        Assert.NotEqual(["boiler-07"], LeadingKeys());
    }

    [Fact]
    public void Accesses_OperationWithoutKeys_IsLeftAlone() => Assert.Empty(_tables.Accesses("DescribeTable", """{"TableName":"fleet"}"""u8.ToArray())[0].LeadingKeys);

    private IReadOnlyList<string> LeadingKeys() => Assert.Single(_tables.Accesses("PutItem", Encoding.UTF8.GetBytes(Put))).LeadingKeys;

    private async Task ForwardAsync(string operation, int status, string body)
    {
        _upstream.Answer = new DynamoDbAnswer(status, Encoding.UTF8.GetBytes(body));
        var call = new DynamoDbCall(operation, """{"TableName":"fleet"}"""u8.ToArray(), new RawRequest("POST", "/", [], default));
        Assert.Equal(body, Encoding.UTF8.GetString((await _tables.ExecuteAsync(call, default)).Body));
    }

    private sealed class Upstream : IDynamoDbBackend
    {
        public DynamoDbAnswer Answer { get; set; } = new(500, []);

        public Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken) => Task.FromResult(Answer);
    }
}
