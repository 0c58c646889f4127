using System.Net;
using System.Text;
using DeviceAgent.Local;
using DeviceAgent.Spool;
using DeviceAgent.Tests.Control;

namespace DeviceAgent.Tests.Local;

public sealed class ReadingsApiTests
{
    private const string Json = "application/json";
    private const string Ndjson = "application/x-ndjson";

    [Theory]
    [InlineData(Json, """{"t":1}""", 202, 1, "")]
    [InlineData(Json, "\uFEFF{\"t\":1}", 202, 1, "")]
    [InlineData(Json, """ [ {"t":1}, {"t":2,"serial_number":"o","timestamp":"2020-01-01T00:00:00Z"} ] """, 202, 2, "")]
    [InlineData(Json, "[]", 202, 0, "")]
    [InlineData("application/json; charset=utf-8", """{"t":1}""", 202, 1, "")]
    [InlineData("Application/JSON; charset=UTF-8", """{"t":1}""", 202, 1, "")]
    [InlineData(Ndjson, "{\"t\":1}\r\n\n{\"t\":2}", 202, 2, "")]
    [InlineData(Ndjson, "", 202, 0, "")]
    [InlineData(Json, """[{"t":1},{"t":1e999},{"t":3}]""", 400, 2, "1")]
    [InlineData(Json, """[{"timestamp":"yesterday"},7,null,[1],"x",{"t":1}]""", 400, 1, "0,1,2,3,4")]
    [InlineData(Json, """[{"sk":1}]""", 400, 0, "0")]
    [InlineData(Json, """[{"serial_number":""},{"serial_number":5}]""", 400, 0, "0,1")]
    [InlineData(Json, """[{"a":1,"a":2}]""", 400, 0, "0")]
    [InlineData(Json, "[{\"t\":\"\\ud800\"}]", 400, 0, "0")]
    [InlineData(Ndjson, "{\"t\":1}\n{\"t\":\nnope\n{\"t\":2}\n", 400, 2, "1,2")]
    [InlineData(Ndjson, "[{\"t\":1}]", 400, 0, "0")]
    [InlineData(Json, """[{"t":1},{"t":2""", 400, null, null)]
    [InlineData(Json, """{"t":1} {"t":2}""", 400, null, null)]
    [InlineData(Json, "", 400, null, null)]
    [InlineData(Json, "nope", 400, null, null)]
    [InlineData("text/plain", """{"t":1}""", 415, null, null)]
    [InlineData("application/x-www-form-urlencoded", "t=1", 415, null, null)]
    [InlineData("application/json; charset=utf-16", """{"t":1}""", 415, null, null)]
    public async Task Post_Body_IsAnsweredForEachReading(string type, string body, int status, int? accepted, string? rejected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var response = await endpoint.PostAsync(body, type);
        var json = await TestEndpoint.JsonAsync(response);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(accepted ?? 0, endpoint.Spool.Entries.Count);
        if (accepted is null)
        {
            Assert.NotEmpty(json.GetProperty("error").GetString()!);
            return;
        }

        Assert.Equal(accepted, json.GetProperty("accepted").GetInt32());
        var indexes = json.TryGetProperty("rejected", out var list) ? list.EnumerateArray().ToList() : [];
        Assert.Equal(rejected, string.Join(',', indexes.Select(r => r.GetProperty("index").GetInt32())));
        Assert.All(indexes, r => Assert.NotEmpty(r.GetProperty("reason").GetString()!));
    }

    [Theory]
    [InlineData("70 lists deep")]
    [InlineData("5000 lists deep")]
    [InlineData("70 objects deep")]
    [InlineData("half a character")]
    [InlineData("half a character in a name")]
    [InlineData("a huge exponent")]
    [InlineData("a name twice")]
    public async Task Post_ReadingThatNoReaderExpects_IsRefusedAloneAndByName(string kind)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        foreach (var (type, body) in new[] { (Json, "[{\"t\":1},{\"x\":@},{\"t\":3}]"), (Ndjson, "{\"t\":1}\n{\"x\":@}\n{\"t\":3}") })
        {
            using var response = await endpoint.PostAsync(body.Replace("@", HostileText.Of(kind), StringComparison.Ordinal), type);
            var json = await TestEndpoint.JsonAsync(response);
            Assert.Equal((HttpStatusCode.BadRequest, 2), (response.StatusCode, json.GetProperty("accepted").GetInt32()));
            var refused = Assert.Single(json.GetProperty("rejected").EnumerateArray());
            Assert.Equal(1, refused.GetProperty("index").GetInt32());
            Assert.NotEmpty(refused.GetProperty("reason").GetString()!);
        }
    }

    [Theory]
    [InlineData("""{"timestamp":0}""", "or the seconds, milliseconds, microseconds or nanoseconds since 1970")]
    [InlineData("""{"Timestamp":"2026-01-05T10:00:00Z"}""", "'Timestamp' may be the time: write it timestamp, or call the attribute something else")]
    public async Task Post_TimeThatIsNone_IsRefusedWithoutASettingOfTheSource(string body, string expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var response = await endpoint.PostAsync(body);
        var reason = Assert.Single((await TestEndpoint.JsonAsync(response)).GetProperty("rejected").EnumerateArray()).GetProperty("reason").GetString();
        Assert.EndsWith(expected, reason, StringComparison.Ordinal);
        Assert.DoesNotContain("source.", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_HandlerFailsUnexpectedly_IsAnsweredWith500AndTheNextIsTaken()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Outcome = number => number == 0 ? throw new InvalidOperationException("canary of the inside") : AppendResult.Durable;
        using var failed = await endpoint.PostAsync("""{"t":1}""");
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("the agent met a fault of its own; its log has the details", (await TestEndpoint.JsonAsync(failed)).GetProperty("error").GetString());
        using var next = await endpoint.PostAsync("""{"t":2}""");
        Assert.Equal(HttpStatusCode.Accepted, next.StatusCode);
    }

    [Fact]
    public async Task Post_BeforeTheCommit_IsNotAnswered()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Hold();
        var post = endpoint.PostAsync("""[{"t":1},{"t":2}]""");
        await endpoint.Spool.WaitForAppendsAsync(2);

        // Another request is answered meanwhile, so an answer would have had the time to come.
        using (await endpoint.GetAsync("/v1/status")) Assert.False(post.IsCompleted);
        endpoint.Spool.Release();
        using var response = await post;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task Post_NoTimestamp_GetsOneThatRises()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var before = TimeProvider.System.GetUtcNow().AddMilliseconds(-1);
        using var response = await endpoint.PostAsync("""[{"t":1},{"t":2},{"t":3,"timestamp":"2020-01-01T00:00:00Z"},{"t":4}]""");
        var entries = endpoint.Spool.Entries.ToList();
        Assert.Equal([true, true, false, true], entries.Select(e => e.IsLive));
        Assert.True(before <= entries[0].Timestamp && entries[0].Timestamp < entries[1].Timestamp && entries[1].Timestamp < entries[3].Timestamp);
        Assert.Equal("""{"serial_number":"SN1","timestamp":"2020-01-01T00:00:00.000Z","t":3}""", Encoding.UTF8.GetString(entries[2].Payload.Span));
    }

    [Theory]
    [InlineData("", (int)SpoolClass.Normal)]
    [InlineData("?class=low", (int)SpoolClass.Low)]
    [InlineData("?class=normal", (int)SpoolClass.Normal)]
    [InlineData("?class=critical", (int)SpoolClass.Critical)]
    [InlineData("?class=Critical", null)]
    [InlineData("?class=1", null)]
    [InlineData("?class=low&class=critical", null)]
    [InlineData("?clas=low", null)]
    public async Task Post_Class_IsStoredOrRefused(string query, int? expected)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var response = await endpoint.PostAsync("""{"t":1}""", query: query);
        Assert.Equal(expected is null ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(expected is null ? [] : [(SpoolClass)expected], endpoint.Spool.Entries.Select(e => e.Class));
    }

    [Fact]
    public async Task Post_DiskDoesNotTakeIt_SaysWhichAreInMemoryOnly()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Outcome = number => number == 1 ? AppendResult.MemoryOnly : AppendResult.Durable;
        using var response = await endpoint.PostAsync("""[{"t":1},{"t":1e999},{"t":3}]""");
        var json = await TestEndpoint.JsonAsync(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(1, json.GetProperty("accepted").GetInt32());
        Assert.Equal("[2]", json.GetProperty("in_memory").GetRawText());
        Assert.Contains("memory only", json.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, json.GetProperty("rejected")[0].GetProperty("index").GetInt32());
    }

    [Fact]
    public async Task Post_SpoolRefuses_SaysWhichAreToBeSentAgain()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Outcome = number => number == 0 ? throw new SpoolException("the quota is reached") : AppendResult.Durable;
        using var response = await endpoint.PostAsync("""[{"t":1},{"t":2}]""");
        var json = await TestEndpoint.JsonAsync(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("""{"accepted":1,"error":"the quota is reached","not_taken":[0]}""", json.GetRawText());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BodyTooLarge_413(bool chunked)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var bytes = Encoding.UTF8.GetBytes("\"" + new string('x', RequestBody.MaxBytes) + "\"");
        using var content = chunked ? (HttpContent)new StreamContent(new ChunkedStream(bytes)) : new ByteArrayContent(bytes);
        using var response = await endpoint.PostAsync("/v1/readings", content, Json);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Contains("1048576", (await TestEndpoint.JsonAsync(response)).GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_TooManyReadings_413AndTakesNone()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var full = await endpoint.PostAsync(Lines(ReadingsBody.MaxReadings), Ndjson);
        Assert.Equal(HttpStatusCode.Accepted, full.StatusCode);
        using var response = await endpoint.PostAsync(Lines(ReadingsBody.MaxReadings + 1), Ndjson);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(ReadingsBody.MaxReadings, endpoint.Spool.Entries.Count);
    }

    [Fact]
    public async Task Post_ContentEncoding_415()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var content = new ByteArrayContent([0x1f, 0x8b]);
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await endpoint.PostAsync("/v1/readings", content, Json);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Post_BeyondTheRate_429UntilTimeHasPassed()
    {
        await using var endpoint = await TestEndpoint.StartAsync(maxReadingsPerSecond: 1);
        using (var all = await endpoint.PostAsync(Lines(1000), Ndjson)) Assert.Equal(HttpStatusCode.Accepted, all.StatusCode);
        using var response = await endpoint.PostAsync(Lines(500), Ndjson);
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 400, 500);
        Assert.Equal(1000, endpoint.Spool.Entries.Count);
    }

    [Fact]
    public async Task Post_TooManyUncommitted_429UntilTheyAreCommitted()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Hold();
        var waiting = Enumerable.Range(0, 4).Select(_ => endpoint.PostAsync(Lines(1000), Ndjson)).ToList();
        await endpoint.Spool.WaitForAppendsAsync(4000);
        using (var refused = await endpoint.PostAsync(Lines(97), Ndjson))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        endpoint.Spool.Release();
        foreach (var response in await Task.WhenAll(waiting))
        {
            using (response) Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        }

        using var taken = await endpoint.PostAsync(Lines(97), Ndjson);
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
    }

    [Fact]
    public async Task Post_RefusedBodies_GiveTheirMemoryBack()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        for (var i = 0; i < 12; i++)
        {
            using var bad = await endpoint.PostAsync("[" + new string(' ', RequestBody.MaxBytes - 10));
            Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        }

        using var good = await endpoint.PostAsync("""{"t":1}""");
        Assert.Equal(HttpStatusCode.Accepted, good.StatusCode);
    }

    [Fact]
    public async Task Stop_RequestWaitsForItsCommit_IsCommittedAndAnswered()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Hold();
        var post = endpoint.PostAsync("""{"t":1}""");
        await endpoint.Spool.WaitForAppendsAsync(1);
        await endpoint.StopAsync();
        using var response = await post;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await Assert.ThrowsAsync<HttpRequestException>(() => endpoint.GetAsync("/v1/status"));
    }

    private static string Lines(int count) => string.Concat(Enumerable.Repeat("{\"t\":1}\n", count));

    /// <summary>Its length is not known beforehand.</summary>
    private sealed class ChunkedStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
