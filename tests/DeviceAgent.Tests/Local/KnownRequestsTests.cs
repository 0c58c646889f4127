using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DeviceAgent.Local;
using DeviceAgent.Spool;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Tests.Local;

public sealed class KnownRequestsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly KnownRequests _requests;
    private readonly List<string> _taken = [];
    private readonly List<string> _stored = [];
    private Func<string, IngestOutcome> _outcome = _ => IngestOutcome.Durable;

    public KnownRequestsTests() => _requests = new KnownRequests(_time);

    [Fact]
    public async Task Take_SameRequestAgain_TakesNothingAndGivesTheSameAnswer()
    {
        var first = await TakeAsync("k", "a,b");
        Assert.Equal(first, await TakeAsync("k", "a,b"));
        Assert.Equal(["a", "b"], _taken);
    }

    [Fact]
    public async Task Take_OtherKey_TakesTheSameReadingsAgain()
    {
        await TakeAsync("k", "a");
        await TakeAsync("l", "a");
        Assert.Equal(["a", "a"], _taken);
    }

    [Fact]
    public async Task Take_SomeAreNotOnTheMedium_TakesOnlyThose()
    {
        _outcome = item => item switch { "b" => IngestOutcome.NotTaken, "c" => IngestOutcome.InMemory, "d" => IngestOutcome.Rejected, _ => IngestOutcome.Durable };
        Assert.Equal([IngestOutcome.Durable, IngestOutcome.NotTaken, IngestOutcome.InMemory, IngestOutcome.Rejected], await TakeAsync("k", "a,b,c,d"));
        _outcome = _ => IngestOutcome.Durable;
        Assert.Equal([IngestOutcome.Durable, IngestOutcome.Durable, IngestOutcome.Durable, IngestOutcome.Rejected], await TakeAsync("k", "a,b,c,d"));
        Assert.Equal(["a", "b", "c", "d", "b"], _taken);
        Assert.Equal(["stamped c"], _stored);
    }

    [Fact]
    public async Task Take_OtherBodyClassOrTypeUnderTheKey_IsRefused()
    {
        await TakeAsync("k", "a");
        Assert.Equal(422, (await Assert.ThrowsAsync<RefusedException>(() => TakeAsync("k", "b"))).Status);
        Assert.Equal(422, (await Assert.ThrowsAsync<RefusedException>(() => TakeAsync("k", "a", SpoolClass.Critical))).Status);
        Assert.Equal(422, (await Assert.ThrowsAsync<RefusedException>(() => TakeAsync("k", "a", format: BodyFormat.Ndjson))).Status);
        Assert.Equal(["a"], _taken);
    }

    [Fact]
    public async Task Take_RefusedUnderPressure_IsNotRemembered()
    {
        _outcome = _ => throw new RefusedException(429, "later");
        await Assert.ThrowsAsync<RefusedException>(() => TakeAsync("k", "a"));
        _outcome = _ => IngestOutcome.Durable;
        Assert.Equal([IngestOutcome.Durable], await TakeAsync("k", "a"));
    }

    [Fact]
    public async Task Take_AfterADay_IsAnotherRequest()
    {
        await TakeAsync("k", "a");
        _time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        await TakeAsync("k", "a");
        Assert.Single(_taken);
        _time.Advance(TimeSpan.FromSeconds(1));
        await TakeAsync("k", "b");
        Assert.Equal(["a", "b"], _taken);
    }

    [Fact]
    public async Task Take_MoreThanAreRemembered_ForgetsTheOldest()
    {
        for (var i = 0; i <= KnownRequests.MaxReadings / 2; i++) await TakeAsync($"k{i}", "a");
        var taken = _taken.Count;
        await TakeAsync("k1", "a");
        Assert.Equal(taken, _taken.Count);
        await TakeAsync("k0", "a");
        Assert.Equal(taken + 1, _taken.Count);
    }

    [Fact]
    public async Task Post_HeldInMemoryAtFirst_IsStoredAsTheSameItemWhenItIsSentAgain()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Outcome = number => number == 0 ? AppendResult.MemoryOnly : AppendResult.Durable;
        using (var first = await PostAsync(endpoint, "once", """{"t":1}""")) Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        using (var second = await PostAsync(endpoint, "once", """{"t":1}""")) Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        using (var third = await PostAsync(endpoint, "once", """{"t":1}""")) Assert.Equal(HttpStatusCode.Accepted, third.StatusCode);
        Assert.Equal(2, endpoint.Spool.Entries.Count);
        Assert.Single(endpoint.Spool.Entries.Distinct());
    }

    [Fact]
    public async Task Post_SentAgainWhileTheFirstWaits_IsOneReading()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Hold();
        var first = PostAsync(endpoint, "once", """{"t":1}""");
        await endpoint.Spool.WaitForAppendsAsync(1);
        var second = PostAsync(endpoint, "once", """{"t":1}""");
        using (var other = await PostAsync(endpoint, "once", """{"t":2}""")) Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        endpoint.Spool.Release();
        foreach (var response in await Task.WhenAll(first, second))
        {
            using (response) Assert.Equal((HttpStatusCode.Accepted, 1), (response.StatusCode, (await TestEndpoint.JsonAsync(response)).GetProperty("accepted").GetInt32()));
        }

        Assert.Single(endpoint.Spool.Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public async Task Post_KeyOfAnotherLength_IsRefused(int length)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        using var response = await PostAsync(endpoint, new string('k', length), """{"t":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(KnownRequests.HeaderName, (await TestEndpoint.JsonAsync(response)).GetProperty("error").GetString());
        Assert.Empty(endpoint.Spool.Entries);
    }

    private static async Task<HttpResponseMessage> PostAsync(TestEndpoint endpoint, string key, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/readings") { Content = content };
        request.Headers.TryAddWithoutValidation(KnownRequests.HeaderName, key);
        return await endpoint.SendAsync(request);
    }

    private async Task<IngestOutcome[]> TakeAsync(string key, string readings, SpoolClass @class = SpoolClass.Normal, BodyFormat format = BodyFormat.Json)
    {
        ReadOnlyMemory<byte>[] items = [.. readings.Split(',').Select(r => new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(r)))];
        var results = _requests.Take(
            key, RequestContent.Of(Encoding.UTF8.GetBytes(readings), format, @class), items,
            missing => [.. missing.Select(m => Task.FromResult(TakeOne(Encoding.UTF8.GetString(m.Span))))],
            held => [.. held.Select(e => Task.FromResult(StoreOne(Encoding.UTF8.GetString(e.Payload.Span))))]);
        return [.. (await Task.WhenAll(results)).Select(r => r.Outcome)];
    }

    private IngestResult TakeOne(string item)
    {
        var result = new IngestResult(_outcome(item), null, new SpoolEntry(SpoolClass.Normal, null, IsLive: true, Encoding.UTF8.GetBytes($"stamped {item}")));
        _taken.Add(item);
        return result;
    }

    private IngestResult StoreOne(string payload)
    {
        _stored.Add(payload);
        return new IngestResult(IngestOutcome.Durable, null);
    }
}
