using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>The control plane behind HTTP, and a client that signs.</summary>
internal sealed class RegistryHost : IAsyncDisposable
{
    private readonly OperatorKey _key = new("AKIAOPERATOR00000001", "operator-secret");
    private readonly SessionTokens _tokens = new(new byte[32]);
    private readonly HttpClient _http;
    private readonly TestListener _host;

    private RegistryHost(IotWorld world, TestListener host, HttpClient http) => (World, _host, _http) = (world, host, http);

    public IotWorld World { get; }

    public static async Task<RegistryHost> StartAsync()
    {
        var world = new IotWorld();
        RegistryHost? self = null;
        var host = await TestListener.StartAsync(context => self!.Api().HandleAsync(context));
        var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) }) { BaseAddress = new Uri($"http://localhost:{host.Port}") };
        return self = new RegistryHost(world, host, http);
    }

    public RegistryApi Api()
    {
        var verifier = new SigV4Verifier(_tokens, _key, new SigV4Options(), World.Time);
        var reader = new SignedRequestReader(verifier, SignedService.Iot, World.Time);
        return new RegistryApi(World.Registry, World.Iam, reader, type => type == "iot:CredentialProvider" ? "localhost:8440" : null, others: World.JobRoutes);
    }

    /// <summary>Keys of a session of a role.</summary>
    public IssuedCredentials RoleKeys(string role) => _tokens.Issue(new RoleSession(
        role, CloudAccount.GlobalArn("iam", $"role/{role}"), "AROAABCDEFGHIJKLMNOP", "s", World.Time.GetUtcNow().AddHours(1), new Dictionary<string, string>()));

    /// <param name="method">The HTTP method.</param>
    /// <param name="target">Path and query as they go over the wire.</param>
    /// <param name="json">The body.</param>
    /// <param name="header">One more header.</param>
    /// <param name="keys">Who signs; null is the operator.</param>
    public async Task<(int Status, JsonObject Body, HttpResponseMessage Response)> SendAsync(
        string method, string target, string json = "", (string Name, string Value)? header = null, IssuedCredentials? keys = null)
    {
        var headers = new Dictionary<string, string> { ["host"] = _http.BaseAddress!.Authority, ["x-amz-date"] = SigV4Canonicalizer.FormatDate(World.Time.GetUtcNow()) };
        if (header is { } more) headers[more.Name] = more.Value;
        if (keys is not null) headers["x-amz-security-token"] = keys.SessionToken;
        var signed = string.Join(';', headers.Keys.Order(StringComparer.Ordinal));
        var raw = new RawRequest(method, target, [.. headers], Encoding.UTF8.GetBytes(json));

        var date = headers["x-amz-date"];
        var scope = $"{date[..8]}/{CloudAccount.Region}/iot/aws4_request";
        var toSign = SigV4Canonicalizer.StringToSign(date, scope, SigV4Canonicalizer.CanonicalRequest(raw, signed));
        var signature = SigV4Canonicalizer.Signature(SigV4Canonicalizer.SigningKey(keys?.SecretAccessKey ?? _key.SecretAccessKey, date[..8], CloudAccount.Region, "iot"), toSign);

        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_http.BaseAddress, target)) { Content = new StringContent(json) };
        foreach (var (name, value) in headers.Where(h => h.Key != "host")) request.Headers.TryAddWithoutValidation(name, value);
        request.Headers.TryAddWithoutValidation(
            "authorization", $"AWS4-HMAC-SHA256 Credential={keys?.AccessKeyId ?? _key.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={signature}");
        var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject(), response);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
        World.Dispose();
    }
}
