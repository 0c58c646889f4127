using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.DynamoDb;

/// <summary>Another implementation of DynamoDB that carries out what the API has checked; it need not check signatures itself.</summary>
internal sealed class ForwardingBackend : IDynamoDbBackend, IDisposable
{
    /// <summary>About this connection, not about the request; the host is the other server's. Bodies come back uncompressed.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Proxy-Connection", "Content-Length", "Accept-Encoding",
    };

    private readonly Uri _target;
    private readonly HttpClient _http;

    public ForwardingBackend(Uri target)
    {
        _target = target;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(30) };
    }

    public async Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        try
        {
            using var request = Copy(call);
            using var response = await _http.SendAsync(request, cancellationToken);
            var crc32 = response.Headers.TryGetValues("x-amz-crc32", out var values) ? values.First() : null;
            return new DynamoDbAnswer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), crc32);
        }
        catch (HttpRequestException failure)
        {
            return Unreachable(failure.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Unreachable($"no answer within {_http.Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Copy(DynamoDbCall call)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _target) { Version = HttpVersion.Version11, Content = new ReadOnlyMemoryContent(call.Body) };
        foreach (var (name, value) in call.Request.Headers)
        {
            if (NotForwarded.Contains(name)) continue;
            HttpHeaders headers = name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase) ? request.Content.Headers : request.Headers;
            headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private DynamoDbAnswer Unreachable(string cause) => DynamoDbAnswer.Service(
        500, "InternalServerError", $"The DynamoDB at {_target} that this testbed forwards to cannot be reached: {cause}. Is it running?");
}

/// <summary>
/// Learns the key schemas of the tables that another DynamoDB holds, from what it says of them: without a schema nobody
/// can tell which partition keys a request names, and policies on <c>dynamodb:LeadingKeys</c> would let everything pass.
/// </summary>
/// <param name="upstream">Where the tables are.</param>
/// <param name="schemas">An engine that holds the schemas and never an item; its tables are to be created and deleted at once.</param>
internal sealed class ForwardedTables(IDynamoDbBackend upstream, DynamoDbEngine schemas) : IDynamoDbBackend
{
    /// <summary>Not the value of any key: a policy that asks for certain keys denies it.</summary>
    private static readonly string[] UnknownKeys = ["(key schema not known yet: DescribeTable makes it known)"];

    private static readonly HashSet<string> KeyedOperations = ["PutItem", "GetItem", "BatchWriteItem", "Query"];

    /// <summary>What a request touches; that of a table not seen yet has keys that no policy expects.</summary>
    public IReadOnlyList<DynamoDbAccess> Accesses(string operation, ReadOnlyMemory<byte> body)
    {
        var accesses = schemas.Accesses(operation, body);
        return KeyedOperations.Contains(operation) ? [.. accesses.Select(access => IsKnown(access.TableName) ? access : access with { LeadingKeys = UnknownKeys })] : accesses;
    }

    public async Task<DynamoDbAnswer> ExecuteAsync(DynamoDbCall call, CancellationToken cancellationToken)
    {
        var answer = await upstream.ExecuteAsync(call, cancellationToken);
        if (answer.StatusCode != 200) return answer;
        try
        {
            if (call.Operation == "CreateTable") Learn(answer.Body, "TableDescription");
            if (call.Operation == "DescribeTable") Learn(answer.Body, "Table");
            if (call.Operation == "DeleteTable") schemas.Execute("DeleteTable", call.Body);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not a description of a table: it stays unknown, and the client gets what was said.
        }

        return answer;
    }

    private bool IsKnown(string tableName) => schemas.Execute("DescribeTable", ByName(tableName)).StatusCode == 200;

    /// <summary>A table may have been deleted and recreated on the other server: the latest description counts.</summary>
    private void Learn(byte[] answer, string member)
    {
        using var document = JsonDocument.Parse(answer);
        var table = document.RootElement.GetProperty(member);
        var keys = table.GetProperty("KeySchema").EnumerateArray().Select(key => key.GetProperty("AttributeName").GetString()).ToHashSet();
        var name = table.GetProperty("TableName").GetString()!;
        schemas.Execute("DeleteTable", ByName(name));
        schemas.Execute("CreateTable", JsonBytes.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("TableName", name);
            json.WritePropertyName("KeySchema");
            table.GetProperty("KeySchema").WriteTo(json);
            json.WriteStartArray("AttributeDefinitions");
            foreach (var definition in table.GetProperty("AttributeDefinitions").EnumerateArray().Where(d => keys.Contains(d.GetProperty("AttributeName").GetString()))) definition.WriteTo(json);
            json.WriteEndArray();
            json.WriteString("BillingMode", "PAY_PER_REQUEST");
            json.WriteEndObject();
        }));
    }

    private static byte[] ByName(string tableName) => JsonBytes.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("TableName", tableName);
        json.WriteEndObject();
    });
}
