using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.DynamoDb.Tables;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

/// <summary>An engine on a file of its own, driven with JSON as the API drives it.</summary>
internal sealed class EngineFixture : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dynamodb-engine-").FullName;

    public EngineFixture()
    {
        Database = new TableDatabase(File);
        Engine = Open();
    }

    public ManualTimeProvider Time { get; } = new();

    public DynamoDbEngine Engine { get; private set; }

    /// <summary>The engine's own.</summary>
    public TableDatabase Database { get; private set; }

    private string File => Path.Combine(_directory, "tables.db");

    public static EngineFixture WithTable(string name = "readings", string partitionType = "S", string? sortType = null)
    {
        var fixture = new EngineFixture();
        fixture.CreateTable(name, partitionType, sortType);
        return fixture;
    }

    public void CreateTable(string name, string partitionType = "S", string? sortType = null)
    {
        var definition = sortType is null ? "" : $$""",{"AttributeName":"sk","AttributeType":"{{sortType}}"}""";
        var schema = sortType is null ? "" : """,{"AttributeName":"sk","KeyType":"RANGE"}""";
        Ok("CreateTable", $$"""
            {"TableName":"{{name}}","BillingMode":"PAY_PER_REQUEST",
             "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"{{partitionType}}"}{{definition}}],
             "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}{{schema}}]}
            """);
        Time.Advance(TimeSpan.FromSeconds(1));
    }

    public void Restart()
    {
        Engine.Dispose();
        Database = new TableDatabase(File);
        Engine = Open();
    }

    public (int Status, string Body) Send(string operation, string body)
    {
        var response = Engine.Execute(operation, Encoding.UTF8.GetBytes(body));
        return (response.StatusCode, Encoding.UTF8.GetString(response.Body));
    }

    public JsonObject Ok(string operation, string body)
    {
        var (status, answer) = Send(operation, body);
        Assert.True(status == 200, $"{operation} {body}: {status} {answer}");
        return JsonNode.Parse(answer)!.AsObject();
    }

    /// <summary>The type behind the <c>#</c> and the message of a refusal with status 400.</summary>
    public (string Type, string? Message) Refused(string operation, string body)
    {
        var (status, answer) = Send(operation, body);
        Assert.True(status == 400, $"{operation} {body}: {status} {answer}");
        var error = JsonNode.Parse(answer)!.AsObject();
        return (error["__type"]!.GetValue<string>().Split('#')[1], (error["message"] ?? error["Message"])?.GetValue<string>());
    }

    /// <summary>The message of a ValidationException.</summary>
    public string? Invalid(string operation, string body)
    {
        var (type, message) = Refused(operation, body);
        Assert.Equal("ValidationException", type);
        return message;
    }

    public void Put(string item, string table = "readings") => Ok("PutItem", $$"""{"TableName":"{{table}}","Item":{{item}} }""");

    public void Dispose()
    {
        Engine.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private DynamoDbEngine Open() => new(Database, new DynamoDbEngineOptions(), Time);
}
