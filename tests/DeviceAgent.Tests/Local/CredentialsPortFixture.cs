using System.Globalization;
using System.Text.Json;
using DeviceAgent.Credentials;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Local;

/// <summary>The port that hands out credentials, with a client and a set that does not run out while a test runs.</summary>
internal sealed class CredentialsPortFixture : IAsyncDisposable
{
    public const string Client = "telemetry";

    private const int StartDelayed = 1011;

    private CredentialsPortFixture(TestEndpoint endpoint, string token) => (Endpoint, Token) = (endpoint, token);

    public TestEndpoint Endpoint { get; }

    public string Token { get; }

    public static FetchResult Success(string accessKeyId = "ASIACANARY") => new FetchResult.Success(new TemporaryCredentials
    {
        AccessKeyId = accessKeyId,
        SecretAccessKey = new Secret(TestEndpoint.Canary),
        SessionToken = new Secret("canary-session-token"),
        Expiration = new DateTimeOffset(2026, 3, 1, 13, 0, 0, TimeSpan.Zero),
        Lifetime = TimeSpan.FromHours(1),
        ReceivedAt = TimeProvider.System.GetTimestamp(),
        ClockOffset = TimeSpan.Zero,
    });

    public static async Task<CredentialsPortFixture> StartAsync(bool imds = false, FetchResult? fetched = null, TimeSpan startSpread = default)
    {
        var endpoint = await TestEndpoint.StartAsync(credentials: new LocalCredentialsOptions { Imds = imds, ClientsDirectory = "" }, fetched: fetched ?? Success(), startSpread: startSpread);
        Directory.CreateDirectory(endpoint.ClientsFolder);
        return new CredentialsPortFixture(endpoint, AddClient(endpoint, Client));
    }

    /// <summary>Just after a power cut: the first request for credentials waits for minutes.</summary>
    public static async Task<CredentialsPortFixture> StartInTheSpreadAsync()
    {
        var port = await StartAsync(startSpread: TimeSpan.FromHours(1));
        await port.Endpoint.Log.WaitAsync(StartDelayed);
        return port;
    }

    public static string AddClient(TestEndpoint endpoint, string client)
    {
        var path = ClientToken.PathOf(endpoint.ClientsFolder, client);
        ClientToken.Create(path);
        return File.ReadAllText(path);
    }

    /// <summary>Sends a request; PORT and TOKEN in it are filled in.</summary>
    public Task<string> SendAsync(string method, string target, string headers, string body = "")
    {
        var text = $"{method} {target} HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n{body}";
        return Endpoint.RawAsync(Fill(text), Endpoint.CredentialsPort);
    }

    public string Fill(string text) => text
        .Replace("PORT", Endpoint.CredentialsPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("TOKEN", Token, StringComparison.Ordinal);

    public Task<string> GetAsync(string? token = null) => SendAsync("GET", "/v1/credentials", $"Host: 127.0.0.1:PORT\r\nAuthorization: {token ?? Token}");

    public static int Status(string answer) => int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);

    public static JsonElement Body(string answer)
    {
        using var document = JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        return document.RootElement.Clone();
    }

    /// <summary>Stops the agent, which writes what is left to write, and reads the audit log.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync()
    {
        await Endpoint.StopAsync();
        return await File.ReadAllLinesAsync(Path.Combine(Endpoint.Folder, AuditFile.Name));
    }

    public ValueTask DisposeAsync() => Endpoint.DisposeAsync();
}
