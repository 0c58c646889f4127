using System.Net;
using DeviceAgent.Storage;

namespace DeviceAgent.Tests.Local;

/// <summary>The agent's socket; that another user is refused is shown with a process of one (integration tests).</summary>
public sealed class SocketCredentialsTests
{
    [Fact]
    public async Task Get_AsTheAgentsUser_AnswersAndAuditsProcessAndUser()
    {
        await using var port = await CredentialsPortFixture.StartAsync();
        using var answer = await port.Endpoint.GetAsync("/v1/credentials");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(TestEndpoint.Canary, (await TestEndpoint.JsonAsync(answer)).GetProperty("SecretAccessKey").GetString());
        Assert.Contains(await port.AuditAsync(), l => l.Contains($"\"way\":\"socket\",\"uid\":{LocalUsers.Own},\"pid\":{Environment.ProcessId},\"outcome\":\"granted\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_InTheSpreadAfterAPowerCut_DoesNotWaitForIt()
    {
        await using var port = await CredentialsPortFixture.StartInTheSpreadAsync();
        using var answer = await port.Endpoint.GetAsync("/v1/credentials");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, port.Endpoint.Cache.Status.FetchCount);
    }

    [Fact]
    public async Task Refresh_ByTheSocket_FetchesAnewAndShowsNoSecret()
    {
        await using var port = await CredentialsPortFixture.StartAsync();
        using (await port.Endpoint.GetAsync("/v1/credentials")) port.Endpoint.Fetched = CredentialsPortFixture.Success("ASIASECOND");
        using var answer = await port.Endpoint.PostAsync("/v1/credentials/refresh", new ByteArrayContent([]), "application/json");
        Assert.Equal("""{"access_key_id":"ASIASECOND","expiration":"2026-03-01T13:00:00Z"}""", (await answer.Content.ReadAsStringAsync()).Trim());
        Assert.Contains("ASIASECOND", await port.GetAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ByThePortForReadings_IsRefused()
    {
        await using var port = await CredentialsPortFixture.StartAsync();
        var answer = await port.Endpoint.RawAsync($"GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1:{port.Endpoint.Port}\r\nAuthorization: {port.Token}\r\nConnection: close\r\n\r\n");
        Assert.Equal(403, CredentialsPortFixture.Status(answer));
    }
}
