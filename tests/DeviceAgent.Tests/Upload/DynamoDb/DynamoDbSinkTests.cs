using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using DeviceAgent.Credentials;
using DeviceAgent.Credentials.Text;
using DeviceAgent.TestSupport;
using DeviceAgent.Tests.Fuzz;
using DeviceAgent.Upload;
using DeviceAgent.Upload.DynamoDb;

namespace DeviceAgent.Tests.Upload.DynamoDb;

/// <summary>The SDK's real client over an HTTP handler that answers as DynamoDB does.</summary>
public sealed class DynamoDbSinkTests : IDisposable
{
    private readonly FakeHttp _http = new();
    private readonly AmazonDynamoDBClient _client;
    private readonly DynamoDbSink _table;
    private readonly FakeAccess _access = new();
    private readonly ManualTimeProvider _time = new();

    public DynamoDbSinkTests()
    {
        var config = new AmazonDynamoDBConfig { ServiceURL = "http://dynamodb.test", AuthenticationRegion = "us-east-1", MaxErrorRetry = 0, HttpClientFactory = new FakeHttpFactory(_http) };
        _client = new AmazonDynamoDBClient(new SessionAWSCredentials("ASIA", "secret", "token"), config);
        _table = new DynamoDbSink(_client, new BatchWriteClient(new HttpClient(_http, disposeHandler: false), DynamoDbClient.EndpointOf(_client), TestItems.Table, _time), TestItems.Table, _access, _time, new RecordingLogger<DynamoDbSink>());
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task WriteAsync_Accepted_SendsTheItemsAsTheyAre()
    {
        _http.Answer(200, """{"UnprocessedItems":{}}""");
        var result = await WriteAsync(2);
        Assert.Equal([1L, 2L], result.Accepted.Select(i => i.Record.Sequence));
        Assert.Empty(result.Unprocessed);
        Assert.Null(result.Fault);

        using var sent = JsonDocument.Parse(_http.Bodies[0]);
        var puts = sent.RootElement.GetProperty("RequestItems").GetProperty("boiler-07");
        Assert.Equal(2, puts.GetArrayLength());
        Assert.Equal(
            """{"n":{"N":"1"},"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:01.000Z"}}""",
            "{" + string.Join(',', puts[0].GetProperty("PutRequest").GetProperty("Item").EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => $"\"{p.Name}\":{p.Value.GetRawText()}")) + "}");
    }

    [Fact]
    public async Task WriteAsync_SomeUnprocessed_TellsThemFromTheAccepted()
    {
        _http.Answer(200, """{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:02.000Z"},"n":{"N":"2"}}}}]}}""");
        var result = await WriteAsync(3);
        Assert.Equal([1L, 3L], result.Accepted.Select(i => i.Record.Sequence));
        Assert.Equal([2L], result.Unprocessed.Select(i => i.Record.Sequence));
    }

    [Theory]
    [InlineData("{\"UnprocessedItems\":{}}", true)]
    [InlineData("{}", true)]
    [InlineData("{\"UnprocessedItems\":{\"boiler-07\":[{\"DeleteRequest\":{\"Key\":{}}}]}}", false)]
    [InlineData("[]", false)]
    public async Task DeleteAsync_Answer_TellsWhetherItIsDone(string answer, bool isDone)
    {
        _http.Answer(200, answer);
        var fault = await _table.DeleteAsync(new ReadingKey("SN1", "x\"1"), CancellationToken.None);
        Assert.Equal(isDone, fault is null);
        Assert.Equal("""{"RequestItems":{"boiler-07":[{"DeleteRequest":{"Key":{"serial_number":{"S":"SN1"},"timestamp":{"S":"x\"1"}}}}]}}""", _http.Bodies[0]);
    }

    [Fact]
    public async Task LookAsync_NotAllowed_IsNoFaultAndNotDescribed()
    {
        _http.Answer(400, """{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"no"}""");
        Assert.Equal((false, null), await _table.LookAsync(CancellationToken.None));
    }

    [Fact]
    public async Task WriteAsync_Request_IsSignedByTheAgentsClock()
    {
        _http.Answer(200, """{"UnprocessedItems":{}}""");
        _time.Advance(TimeSpan.FromDays(40));
        await WriteAsync(1);
        var (date, now) = (_http.Header("X-Amz-Date"), _time.GetUtcNow());
        Assert.Equal(now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), date);
        Assert.StartsWith(
            $"AWS4-HMAC-SHA256 Credential=ASIA/{date[..8]}/us-east-1/dynamodb/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=",
            _http.Header("Authorization"),
            StringComparison.Ordinal);
        Assert.Equal("token", _http.Header("X-Amz-Security-Token"));
        Assert.StartsWith("device-agent/", _http.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_DeepestReadingUnprocessed_IsToldFromTheAccepted()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"L\":[", 32)) + "{\"N\":\"1\"}" + string.Concat(Enumerable.Repeat("]}", 32));
        _http.Answer(200, $$$$"""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:02.000Z"},"deep":{{{{deep}}}}}}}]}}""");
        Assert.Equal([2L], (await WriteAsync(3)).Unprocessed.Select(i => i.Record.Sequence));
    }

    [Fact]
    public async Task WriteAsync_ServiceThatQuotesTheRequest_TheTokenIsNotInTheFault()
    {
        _http.Answer(400, """{"__type":"com.amazon.coral.service#InvalidSignatureException","message":"The request signature does not match. The Canonical String for this request should have been 'POST\n/\nx-amz-security-token:SECRETTOKEN"}""");
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Contains("does not match", fault.What, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRETTOKEN", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"UnprocessedItems":null}""")]
    [InlineData("""{ "UnprocessedItems": {} }""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[]},"ConsumedCapacity":[]}""")]
    public async Task WriteAsync_AnswerThatNamesNoUnprocessedItem_IsAccepted(string body)
    {
        _http.Answer(200, body);
        Assert.Equal(2, (await WriteAsync(2)).Accepted.Count);
    }

    /// <summary>A portal, a proxy, or an answer to somebody else.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("<html>welcome</html>")]
    [InlineData("""{"UnprocessedItems":7}""")]
    [InlineData("""{"UnprocessedItems":"none"}""")]
    [InlineData("""{"UnprocessedItems":[]}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":7}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[7]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[null]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":null}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"}}}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"N":"7"}}}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"DeleteRequest":{"Key":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:01.000Z"}}}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2030-01-01T00:00:00.000Z"}}}}]}}""")]
    [InlineData("""{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:01.000Z"}}}},{"PutRequest":{"Item":{"serial_number":{"S":"other"},"timestamp":{"S":"2026-03-01T12:00:01.000Z"}}}}]}}""")]
    public async Task WriteAsync_GoodStatusAndAnAnswerThatIsNotDynamoDbs_AcknowledgesNothing(string body)
    {
        _http.Answer(200, body);
        var result = await WriteAsync(2);
        Assert.Empty(result.Accepted);
        Assert.Equal(2, result.Unprocessed.Count);
        Assert.Equal(FaultKind.Transient, result.Fault!.Kind);

        _http.Answer(200, """{"UnprocessedItems":{}}""");
        Assert.Equal(2, (await WriteAsync(2)).Accepted.Count);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Table":null}""")]
    [InlineData("""{"Table":7}""")]
    [InlineData("""{"Table":{}}""")]
    [InlineData("""{"Table":{"TableStatus":"ACTIVE","KeySchema":[{}],"AttributeDefinitions":[{},{"AttributeName":"a"},{"AttributeName":"a"}]}}""")]
    public async Task CheckAsync_AnswerThatIsNotDynamoDbs_IsAFault(string body)
    {
        _http.Answer(200, body);
        Assert.NotNull(await _table.CheckAsync(CancellationToken.None));
    }

    /// <summary>The words go into the log, into health, into the shadow and to the dead letters.</summary>
    [Fact]
    public async Task WriteAsync_WordsOfTheServiceAreNotPrintable_AreCleanedAndCut()
    {
        _http.Answer(400, "{\"__type\":\"a#Evil\\u001b[31m\\u202e\",\"message\":\"b\\r\\n\\u2028\\ud83dc" + new string('x', 100_000) + "\"}", ("x-amzn-RequestId", new string('z', 5000)));
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Equal(PrintableText.Whole(fault.ToString()), fault.ToString());
        Assert.Equal(PrintableText.Whole(fault.Subject), fault.Subject);
        Assert.InRange(fault.ToString().Length, 1, 1000);
    }

    /// <summary>Mostly valid answers, the same ones at each run.</summary>
    [Fact]
    public async Task WriteAsync_SpoiltAnswers_NeverAcknowledgeWhatTheyDoNotTellOf()
    {
        byte[][] corpus =
        [
            """{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:02.000Z"},"n":{"N":"2"}}}}]}}"""u8.ToArray(),
            """{"UnprocessedItems":{"boiler-07":[{"PutRequest":{"Item":{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:01.000Z"},"l":{"L":[{"M":{"a":{"BOOL":true}}}]}}}}]},"ConsumedCapacity":[{"CapacityUnits":1.5}]}"""u8.ToArray(),
        ];
        var mutator = new Mutator(corpus, seed: 11);
        for (var number = 0; number < 500; number++)
        {
            var body = mutator.Next(number);
            _http.Answer(200, body);
            var result = await WriteAsync(3);
            Assert.Equal(3, result.Accepted.Count + result.Unprocessed.Count);
            if (result.Fault is not null) Assert.Empty(result.Accepted);
        }
    }

    [Theory]
    [InlineData(400, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException", "slow down", (int)FaultKind.Throttled, "slow down")]
    [InlineData(400, "com.amazon.coral.service#ThrottlingException", "Rate exceeded", (int)FaultKind.Throttled, "Rate exceeded")]
    [InlineData(400, "com.amazonaws.dynamodb.v20120810#RequestLimitExceeded", "limit", (int)FaultKind.Throttled, "limit")]
    [InlineData(500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "oops", (int)FaultKind.Transient, "HTTP 500")]
    [InlineData(409, "com.amazonaws.dynamodb.v20120810#ReplicatedWriteConflictException", "conflict", (int)FaultKind.Transient, "conflict")]
    [InlineData(400, "com.amazon.coral.service#ExpiredTokenException", "The security token included in the request is expired", (int)FaultKind.StaleCredentials, "expired")]
    [InlineData(400, "com.amazon.coral.service#UnrecognizedClientException", "The security token included in the request is invalid.", (int)FaultKind.StaleCredentials, "invalid")]
    [InlineData(400, "com.amazon.coral.service#InvalidSignatureException", "Signature expired: 20260301T120000Z is now earlier than 20260301T121500Z", (int)FaultKind.StaleCredentials, "time synchronisation")]
    [InlineData(400, "com.amazon.coral.service#InvalidSignatureException", "The request signature we calculated does not match", (int)FaultKind.Parked, "region")]
    [InlineData(400, "com.amazon.coral.service#MissingAuthenticationTokenException", "Request is missing Authentication Token", (int)FaultKind.Parked, "region")]
    [InlineData(400, "com.amazon.coral.service#AccessDeniedException", "not authorized to perform: dynamodb:BatchWriteItem", (int)FaultKind.Parked, "must allow dynamodb:BatchWriteItem")]
    [InlineData(400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "Requested resource not found", (int)FaultKind.Parked, "Create the table 'boiler-07'")]
    [InlineData(400, "com.amazon.coral.validate#ValidationException", "Item size has exceeded the maximum allowed size", (int)FaultKind.Rejected, "Item size")]
    [InlineData(400, "com.amazon.coral.service#SerializationException", "NUMBER_VALUE cannot be converted to String", (int)FaultKind.Rejected, "NUMBER_VALUE")]
    [InlineData(400, "com.amazon.coral.validate#ValidationException", "One or more parameter values were invalid: Type mismatch for key timestamp expected: N actual: S", (int)FaultKind.Parked, "of type S")]
    [InlineData(400, "com.amazon.coral.validate#ValidationException", "The provided key element does not match the schema", (int)FaultKind.Parked, "partitionKey and sortKey")]
    [InlineData(400, "com.amazon.coral.validate#ValidationException", "One or more parameter values were invalid: Missing the key id in the item", (int)FaultKind.Parked, "partitionKey and sortKey")]
    public async Task WriteAsync_ServiceError_IsSortedByWhatToDo(int status, string type, string message, int kind, string expected)
    {
        _http.Answer(status, $$"""{"__type":"{{type}}","message":"{{message}}"}""");
        var result = await WriteAsync(2);
        Assert.Empty(result.Accepted);
        Assert.Equal((FaultKind)kind, result.Fault!.Kind);
        Assert.Contains(expected, result.Fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(502, "<html>Bad Gateway</html>")]
    [InlineData(503, "")]
    [InlineData(200, "{\"UnprocessedItems\":")]
    public async Task WriteAsync_AnswerThatIsNotDynamoDbs_IsTransient(int status, string body)
    {
        _http.Answer(status, body);
        Assert.Equal(FaultKind.Transient, (await WriteAsync(1)).Fault!.Kind);
    }

    [Fact]
    public async Task WriteAsync_NetworkDown_IsTransientAndSaysWhy()
    {
        _http.Fail(new HttpRequestException("Connection refused (dynamodb.test:80)"));
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Equal(FaultKind.Transient, fault.Kind);
        Assert.Contains("Connection refused", fault.What, StringComparison.Ordinal);
        Assert.Contains("dynamoDbEndpoint", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_NoCredentials_IsToldAsSuch()
    {
        var failure = new CredentialFailure(CredentialFailureKind.ConnectionRefused, "Nothing accepts connections.", "network", "Check the host.");
        _access.Prepare = () => throw new CredentialsUnavailableException(failure);
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Equal(FaultKind.NoCredentials, fault.Kind);
        Assert.Contains("Nothing accepts connections.", fault.What, StringComparison.Ordinal);
        Assert.Empty(_http.Bodies);
    }

    [Fact]
    public async Task WriteAsync_Cancelled_ThrowsThoughTheNetworkHangs()
    {
        _http.Hang();
        using var cancellation = new CancellationTokenSource();
        var write = _table.WriteAsync(TestItems.Items(1), cancellation.Token);
        await _http.Asked;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
    }

    [Fact]
    public async Task WriteAsync_NoAnswerInTenSeconds_IsTransient()
    {
        _http.Hang();
        var write = WriteAsync(1);
        await _http.Asked;
        _time.Advance(TimeSpan.FromSeconds(10));
        var fault = (await write).Fault!;
        Assert.Equal(FaultKind.Transient, fault.Kind);
        Assert.Contains("did not answer in time", fault.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x-amz-retry-after", "1500", 1.5)]
    [InlineData("x-amz-retry-after", "3600000", 300.0)]
    [InlineData("Retry-After", "7", 7.0)]
    [InlineData("Retry-After", "Sun, 01 Mar 2026 12:00:20 GMT", 20.0)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("x-amz-retry-after", "-5", null)]
    public async Task WriteAsync_ServiceAsksToWait_IsInTheFault(string header, string value, double? seconds)
    {
        _http.Answer(503, """{"__type":"com.amazon.coral.service#ServiceUnavailable","message":"busy"}""", ("Date", "Sun, 01 Mar 2026 12:00:00 GMT"), (header, value));
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Equal(FaultKind.Transient, fault.Kind);
        Assert.Equal(seconds, fault.RetryAfter?.TotalSeconds);
    }

    [Theory]
    [InlineData("InvalidSignatureException", "Signature expired: 20260301T120000Z is now earlier than 20260301T121500Z")]
    [InlineData("InvalidSignatureException", "Signature not yet current: 20260301T123000Z is still later than 20260301T122000Z")]
    [InlineData("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.")]
    public async Task WriteAsync_TimeRefusedAndToldByTheAnswer_MeasuresTheClock(string type, string message)
    {
        _http.Answer(400, $$"""{"__type":"com.amazon.coral.service#{{type}}","message":"{{message}}"}""", ("Date", "Sun, 01 Mar 2026 12:20:00 GMT"));
        var fault = (await WriteAsync(1)).Fault!;
        Assert.Equal(FaultKind.ClockSkew, fault.Kind);
        Assert.Equal(TestItems.Noon.AddMinutes(20), _access.ServerTime);
    }

    [Fact]
    public async Task WriteAsync_AnswerChangedOnTheWay_IsTransient()
    {
        _http.Answer(200, """{"UnprocessedItems":{}}""", ("x-amz-crc32", "4185382652"));
        Assert.Equal(FaultKind.Transient, (await WriteAsync(1)).Fault!.Kind);
        _http.Answer(200, """{"UnprocessedItems":{}}""", ("x-amz-crc32", "4185382651"));
        Assert.Null((await WriteAsync(1)).Fault);
    }

    [Theory]
    [InlineData(413, "<html>Too Large</html>", (int)FaultKind.Rejected)]
    [InlineData(413, "", (int)FaultKind.Rejected)]
    [InlineData(429, "<html>Too Many</html>", (int)FaultKind.Throttled)]
    [InlineData(404, "<html>no such page</html>", (int)FaultKind.Transient)]
    public async Task WriteAsync_AnswerOfAProxy_IsSortedByItsStatus(int status, string body, int kind)
    {
        _http.Answer(status, body);
        Assert.Equal((FaultKind)kind, (await WriteAsync(1)).Fault!.Kind);
    }

    [Theory]
    [InlineData("ACTIVE", "S", "S", "timestamp", null)]
    [InlineData("UPDATING", "S", "S", "timestamp", null)]
    [InlineData("CREATING", "S", "S", "timestamp", "is CREATING")]
    [InlineData("ACTIVE", "S", "N", "timestamp", "timestamp (N)")]
    [InlineData("ACTIVE", "N", "S", "timestamp", "serial_number (N)")]
    [InlineData("ACTIVE", "S", "S", "time", "time (S)")]
    [InlineData("ACTIVE", "S", null, null, "the key serial_number (S);")]
    public async Task CheckAsync_Table_IsComparedWithTheConfiguration(string status, string partitionType, string? sortType, string? sortKey, string? expected)
    {
        var sort = sortKey is null ? ("", "") : ($$""","KeyType":"HASH"},{"AttributeName":"{{sortKey}}","KeyType":"RANGE"}""", $$""",{"AttributeName":"{{sortKey}}","AttributeType":"{{sortType}}"}""");
        var keySchema = sortKey is null ? """{"AttributeName":"serial_number","KeyType":"HASH"}""" : $$"""{"AttributeName":"serial_number"{{sort.Item1}}""";
        _http.Answer(200, $$$"""{"Table":{"TableName":"boiler-07","TableStatus":"{{{status}}}","KeySchema":[{{{keySchema}}}],"AttributeDefinitions":[{"AttributeName":"serial_number","AttributeType":"{{{partitionType}}}"}{{{sort.Item2}}}]}}""");
        var fault = await _table.CheckAsync(CancellationToken.None);
        if (expected is null)
        {
            Assert.Null(fault);
            return;
        }

        Assert.Equal(FaultKind.Parked, fault!.Kind);
        Assert.Contains(expected, fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CheckAsync_NotAllowedToDescribe_IsFine()
    {
        _http.Answer(400, """{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized to perform: dynamodb:DescribeTable"}""");
        Assert.Null(await _table.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task CheckAsync_NoTable_SaysHowToMakeIt()
    {
        _http.Answer(400, """{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found: Table: boiler-07 not found"}""");
        Assert.Contains("partition key serial_number (S)", (await _table.CheckAsync(CancellationToken.None))!.Remedy, StringComparison.Ordinal);
    }

    private Task<WriteResult> WriteAsync(int count) => _table.WriteAsync(TestItems.Items(count), CancellationToken.None);

    private sealed class FakeAccess : ITableAccess
    {
        public Func<TemporaryCredentials> Prepare { get; set; } = () => new TemporaryCredentials
        {
            AccessKeyId = "ASIA",
            SecretAccessKey = new Secret("secret"),
            SessionToken = new Secret("token"),
            Expiration = DateTimeOffset.MaxValue,
            Lifetime = TimeSpan.MaxValue,
            ReceivedAt = 0,
            ClockOffset = TimeSpan.Zero,
        };

        public DateTimeOffset? ServerTime { get; private set; }

        public ValueTask<TemporaryCredentials> PrepareAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Prepare());

        public Task RefreshAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public void ServerTimeIs(DateTimeOffset serverTime) => ServerTime = serverTime;
    }

    private sealed class FakeHttpFactory(FakeHttp http) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(http, disposeHandler: false);

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;
    }

    private sealed class FakeHttp : HttpMessageHandler
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Func<Task<HttpResponseMessage>> _answer = () => throw new InvalidOperationException("no answer is prepared");

        private HttpRequestHeaders? _headers;

        public List<string> Bodies { get; } = [];

        public Task Asked => _asked.Task;

        public void Answer(int status, string body, params (string Name, string Value)[] headers) => Answer(status, Encoding.UTF8.GetBytes(body), headers);

        public void Answer(int status, byte[] body, params (string Name, string Value)[] headers) => _answer = () =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new ByteArrayContent(body) };
            response.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
            foreach (var (name, value) in headers) response.Headers.TryAddWithoutValidation(name, value);
            return Task.FromResult(response);
        };

        /// <summary>Of the last request.</summary>
        public string Header(string name) => string.Join(' ', _headers!.GetValues(name));

        public void Fail(Exception exception) => _answer = () => Task.FromException<HttpResponseMessage>(exception);

        public void Hang() => _answer = () => new TaskCompletionSource<HttpResponseMessage>().Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _headers = request.Headers;
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            _asked.TrySetResult();
            return await _answer();
        }
    }
}
