using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DeviceAgent.Testbed.DynamoDb;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Tests.Signing;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Testbed.Tests.DynamoDb;

public sealed class DynamoDbApiTests : IAsyncLifetime
{
    private const string Put = """{"TableName":"boiler-07","Item":{}}""";

    private DynamoDbApiWorld _world = null!;

    public async Task InitializeAsync() => _world = await DynamoDbApiWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Get_AnyPath_IsHealthy()
    {
        var response = await _world.Server.Client.GetAsync(_world.Server.Address);

        Assert.Equal("healthy: dynamodb.us-east-1.amazonaws.com ", await response.Content.ReadAsStringAsync());
        Assert.Equal("3128867991", Header(response, "x-amz-crc32"));
    }

    [Theory]
    [InlineData("PUT", "application/x-amz-json-1.0")]
    [InlineData("DELETE", "application/x-amz-json-1.0")]
    [InlineData("POST", "text/plain")]
    [InlineData("POST", "application/x-amz-json-1.1")]
    [InlineData("POST", "")]
    public async Task Request_WrongMethodOrContentType_IsUnknown(string method, string contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), _world.Server.Address) { Content = new StringContent("{}") };
        request.Content.Headers.ContentType = contentType.Length == 0 ? null : MediaTypeHeaderValue.Parse(contentType);

        var response = await _world.Server.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("<UnknownOperationException/>\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("3552371480", Header(response, "x-amz-crc32"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_BodyOver16MiB_IsTooLarge(bool announced)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.ContentType = "application/x-amz-json-1.0";
        context.Request.ContentLength = announced ? DynamoDbApi.MaxBodyBytes + 1 : null;
        context.Request.Body = new MemoryStream(new byte[DynamoDbApi.MaxBodyBytes + 1]);

        await _world.Listener.HandleAsync(context);

        Assert.Equal(413, context.Response.StatusCode);
        Assert.Equal(announced, context.Request.Body.Position == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("DynamoDB_20120810")]
    [InlineData("DynamoDB_20120810.PutItems")]
    [InlineData("DynamoDB_20111205.PutItem")]
    [InlineData("PutItem")]
    public async Task Request_UnknownTarget_IsRefused(string target)
    {
        var request = _world.Sign(Operator, "PutItem", Put);
        var (response, json) = await _world.SendAsync(request with { Headers = [.. request.Headers.Where(h => h.Key != "X-Amz-Target"), new("X-Amz-Target", target)] });

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("com.amazon.coral.service#UnknownOperationException", json.GetProperty("__type").GetString());
    }

    [Theory]
    [InlineData("{}", "2745614147")]
    [InlineData("""{"UnprocessedItems":{}}""", "4185382651")]
    [InlineData("""{"__type":"com.amazon.coral.service#SerializationException"}""", "3948637019")]
    public async Task Request_SignedByOperator_GetsTheBackendsAnswer(string answer, string crc32)
    {
        _world.Answer = answer;
        var (response, json) = await _world.SendAsync(_world.Sign(Operator, "PutItem", Put));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(answer, json.GetRawText());
        Assert.Equal(crc32, Header(response, "x-amz-crc32"));
        Assert.Matches("^[A-Z0-9]{52}$", Header(response, "x-amzn-RequestId"));
        Assert.Equal("application/x-amz-json-1.0", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(answer.Length, response.Content.Headers.ContentLength);
        Assert.Equal(Put, Encoding.UTF8.GetString(Assert.Single(_world.Calls).Body.Span));
        Assert.Empty(_world.Asked);
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    public async Task Answer_SkewedCloud_IsDatedByTheCloudsClock(int seconds)
    {
        _world.Faults.Update(faults => faults with { ClockSkewSeconds = seconds });

        var (refused, json) = await _world.SendAsync(SigningWorld.PutItem(Operator, _world.World.Now));
        var (accepted, _) = await _world.SendAsync(_world.Sign(Operator, "PutItem", Put));

        Assert.Equal(_world.World.Now.AddSeconds(seconds), refused.Headers.Date);
        Assert.StartsWith(seconds > 0 ? "Signature expired: 20260301T120000Z" : "Signature not yet current: 20260301T120000Z", json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task Request_BadSignature_NeverReachesTheBackend()
    {
        var (response, json) = await _world.SendAsync(_world.Sign(Device with { Secret = "wrong" }, "PutItem", Put));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("com.amazon.coral.service#InvalidSignatureException", json.GetProperty("__type").GetString());
        Assert.Empty(_world.Calls);
    }

    [Theory]
    [InlineData(PolicyDecision.ImplicitDeny, "because no identity-based policy allows the dynamodb:PutItem action")]
    [InlineData(PolicyDecision.ExplicitDeny, "with an explicit deny in an identity-based policy")]
    internal async Task Request_NotAllowed_IsDeniedInTheWordsOfAws(PolicyDecision decision, string reason)
    {
        _world.Decide = _ => decision;
        var (response, json) = await _world.SendAsync(_world.Sign(Device, "PutItem", Put));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("com.amazon.coral.service#AccessDeniedException", json.GetProperty("__type").GetString());
        Assert.Equal(
            $"User: arn:aws:sts::123456789012:assumed-role/ddb-access/{SigningWorld.CertificateId} is not authorized to perform: dynamodb:PutItem " +
            $"on resource: arn:aws:dynamodb:us-east-1:123456789012:table/boiler-07 {reason}", json.GetProperty("Message").GetString());
        Assert.Empty(_world.Calls);
    }

    [Fact]
    public async Task Request_OfARole_IsJudgedWithItsContext()
    {
        await _world.SendAsync(_world.Sign(Device, "PutItem", Put, ("User-Agent", "unit/1")));

        var asked = Assert.Single(_world.Asked);
        Assert.Equal(("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/boiler-07"), (asked.Action, asked.Resource));
        Assert.Equal(["SN1", "SN2"], asked.Context["dynamodb:LeadingKeys"]);
        Assert.Equal(["boiler-07"], asked.Context["credentials-iot:ThingName"]);
        Assert.Equal(["arn:aws:iam::123456789012:role/fleet/ddb-access"], asked.Context["aws:PrincipalArn"]);
        Assert.Equal(["127.0.0.1"], asked.Context["aws:SourceIp"]);
        Assert.Equal(["false"], asked.Context["aws:SecureTransport"]);
        Assert.Equal(["2026-03-01T12:00:00Z"], asked.Context["aws:CurrentTime"]);
        Assert.Equal(["unit/1"], asked.Context["aws:UserAgent"]);
    }

    [Fact]
    public async Task Batch_OneTableNotAllowed_IsDeniedAsAWhole()
    {
        _world.Decide = request => request.Resource.EndsWith("/mine", StringComparison.Ordinal) ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny;
        var (_, json) = await _world.SendAsync(_world.Sign(Device, "BatchWriteItem", """{"RequestItems":{"mine":[],"yours":[]}}"""));

        Assert.Contains("table/yours", json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        Assert.Empty(_world.Calls);
    }

    [Fact]
    public async Task Request_MalformedJson_IsASerializationError()
    {
        var (response, json) = await _world.SendAsync(_world.Sign(Device, "PutItem", "{"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("com.amazon.coral.service#SerializationException", json.GetProperty("__type").GetString());
    }

    private TestSigner Device => TestSigner.With(_world.World.Device);

    private TestSigner Operator => TestSigner.With(_world.World.Operator);

    private static string Header(HttpResponseMessage response, string name) => Assert.Single(response.Headers.GetValues(name));
}
