using System.Net;
using System.Text;
using DeviceAgent.Local;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Local;

public sealed class SpoolApiTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Export_ManyReadings_CanBeReadBackAsTheyWere()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        var lines = Enumerable.Range(0, 700).Select(i => $$"""{"serial_number":"ä{{i % 3}}","timestamp":"2026-03-01T12:00:00.{{i:000}}Z","t":{{i}}.50,"deep":{"x":[null,true,"\u0001\"é"] } }""");
        using (var post = await endpoint.PostAsync(string.Join('\n', lines), ReadingExport.ContentType)) Assert.Equal(HttpStatusCode.Accepted, post.StatusCode);
        using var export = await endpoint.GetAsync("/v1/spool/export");
        var text = await export.Content.ReadAsStringAsync();

        await using var other = await TestEndpoint.StartAsync();
        using (var post = await other.PostAsync(text, ReadingExport.ContentType)) Assert.Equal(HttpStatusCode.Accepted, post.StatusCode);
        Assert.Equal(700, other.Spool.Entries.Count);
        Assert.Equal(Payloads(endpoint), Payloads(other));
        Assert.Equal(endpoint.Spool.Entries.Select(e => e.Timestamp), other.Spool.Entries.Select(e => e.Timestamp));
    }

    [Fact]
    public async Task Export_SpoolFails_503()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.QueryFailure = new SpoolException("the spool is closed");
        using var response = await endpoint.GetAsync("/v1/spool/export");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task DeadLetters_All_HaveTheirReasonAndReading()
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Letters.AddRange([Letter(7, """{"serial_number":"s","t":1}"""), Letter(9, "not json")]);
        using var response = await endpoint.GetAsync("/v1/dead-letters");
        Assert.Equal(
            """
            {"serial_number":"s","timestamp":"2026-03-01T12:00:00.000Z","t":1,"dead_letter":{"id":7,"reason":"too \"big\"","set_aside_at":"2026-03-01T13:00:00.000Z"}}
            {"timestamp":"2026-03-01T12:00:00.000Z","dead_letter":{"id":9,"reason":"too \"big\"","set_aside_at":"2026-03-01T13:00:00.000Z","payload_base64":"bm90IGpzb24="}}

            """,
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("?after=1&max=1", 200, "2")]
    [InlineData("?after=1", 200, "2,3")]
    [InlineData("?max=2", 200, "1,2")]
    [InlineData("?max=0", 400, "")]
    [InlineData("?max=1001", 400, "")]
    [InlineData("?after=-1", 400, "")]
    [InlineData("?after=x", 400, "")]
    [InlineData("?before=1", 400, "")]
    public async Task DeadLetters_Page_IsThatPage(string query, int status, string ids)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Letters.AddRange([Letter(1, "{}"), Letter(2, "{}"), Letter(3, "{}")]);
        using var response = await endpoint.GetAsync("/v1/dead-letters" + query);
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 200) return;
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(ids, string.Join(',', lines.Select(l => l.Split("\"id\":")[1].Split(',')[0])));
    }

    [Theory]
    [InlineData("""{"ids":[1,3]}""", 200, "2")]
    [InlineData("""{"ids":[]}""", 200, "1,2,3")]
    [InlineData("""{"all":true}""", 200, "")]
    [InlineData("""{"all":false}""", 400, "1,2,3")]
    [InlineData("""{"ids":[1],"all":true}""", 400, "1,2,3")]
    [InlineData("""{"ids":["1"]}""", 400, "1,2,3")]
    [InlineData("""{"ids":[1.5]}""", 400, "1,2,3")]
    [InlineData("""{}""", 400, "1,2,3")]
    [InlineData("""[1]""", 400, "1,2,3")]
    [InlineData("", 400, "1,2,3")]
    public async Task Requeue_Body_PutsBackWhatItNames(string body, int status, string left)
    {
        await using var endpoint = await TestEndpoint.StartAsync();
        endpoint.Spool.Letters.AddRange([Letter(1, "{}"), Letter(2, "{}"), Letter(3, "{}")]);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using var response = await endpoint.PostAsync("/v1/dead-letters/requeue", content, "application/json");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(left, string.Join(',', endpoint.Spool.Letters.Select(l => l.Id)));
        if (status == 200) Assert.Equal(3 - endpoint.Spool.Letters.Count, (await TestEndpoint.JsonAsync(response)).GetProperty("requeued").GetInt32());
    }

    private static DeadLetter Letter(long id, string payload) => new(id, id + 100, Noon, Noon.AddHours(1), "too \"big\"", Encoding.UTF8.GetBytes(payload));

    private static IEnumerable<string> Payloads(TestEndpoint endpoint) => endpoint.Spool.Entries.Select(e => Encoding.UTF8.GetString(e.Payload.Span));
}
