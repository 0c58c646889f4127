using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.IotData;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.Tests.Broker;
using DeviceAgent.Testbed.Tests.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Testbed.Tests.IotData;

/// <summary>The two listeners of the data plane over one broker, with a thing <c>thermostat-01</c>.</summary>
internal sealed class IotDataHost : IAsyncDisposable
{
    private readonly OperatorKey _key = new("AKIAOPERATOR00000001", "operator-secret");
    private readonly SessionTokens _tokens = new(new byte[32]);
    private TestListener _signed = null!;
    private TestListener _devices = null!;

    public BrokerWorld World { get; } = new();

    public X509Certificate2 Device { get; private set; } = null!;

    public string CertificateId { get; private set; } = "";

    public int DevicePort => _devices.Port;

    public static async Task<IotDataHost> StartAsync()
    {
        var host = new IotDataHost();
        var iot = host.World.Iot;
        var seed = new RegistrySeed(iot.Registry, iot.Iam, iot.Authority);
        seed.EnsureDefaults();
        var thing = seed.ProvisionThing("thermostat-01", Path.Combine(iot.Folder, "thing"));
        host.CertificateId = thing.CertificateId;
        host.Device = X509Certificate2.CreateFromPemFile(Path.Combine(thing.Directory, CertificateFolder.CertificateFile), Path.Combine(thing.Directory, CertificateFolder.PrivateKeyFile));
        var verifier = new SigV4Verifier(host._tokens, host._key, new SigV4Options(), iot.Time);
        var broker = host.World.Broker;
        var api = new IotDataApi(
            iot.Registry, iot.Iam, new SignedRequestReader(verifier, SignedService.IotData, iot.Time),
            [.. new PublishOperations(broker, host.World.Time).Routes, .. new RetainedOperations(broker.Retained).Routes, .. new ConnectionOperations(broker).Routes]);
        host._signed = await TestListener.StartAsync(api.HandleSignedAsync);
        var devices = new DeviceListener(iot.Authority, iot.Registry, new FaultSwitches(new Random(1)), broker, iot.Time, NullLogger<DeviceListener>.Instance);
        host._devices = await TestListener.StartAsync(api.HandleDeviceAsync, devices.Configure);
        return host;
    }

    /// <summary>Keys of a session of a role.</summary>
    public IssuedCredentials RoleKeys(string role) => _tokens.Issue(new RoleSession(
        role, CloudAccount.GlobalArn("iam", $"role/{role}"), "AROAABCDEFGHIJKLMNOP", "s", World.Iot.Time.GetUtcNow().AddHours(1), new Dictionary<string, string>()));

    /// <summary>As an operator does it; null keys are the operator's own.</summary>
    public Task<Answer> SignedAsync(string method, string target, string body = "", string service = "iotdata", IssuedCredentials? keys = null, params (string Name, string Value)[] more)
    {
        var host = $"localhost:{_signed.Port}";
        var date = SigV4Canonicalizer.FormatDate(World.Iot.Time.GetUtcNow());
        var headers = new Dictionary<string, string> { ["host"] = host, ["x-amz-date"] = date };
        foreach (var (name, value) in more) headers[name] = value;
        if (keys is not null) headers["x-amz-security-token"] = keys.SessionToken;
        var signed = string.Join(';', headers.Keys.Order(StringComparer.Ordinal));
        var raw = new RawRequest(method, target, [.. headers], Encoding.UTF8.GetBytes(body));
        var scope = $"{date[..8]}/{CloudAccount.Region}/{service}/aws4_request";
        var toSign = SigV4Canonicalizer.StringToSign(date, scope, SigV4Canonicalizer.CanonicalRequest(raw, signed));
        var signature = SigV4Canonicalizer.Signature(
            SigV4Canonicalizer.SigningKey(keys?.SecretAccessKey ?? _key.SecretAccessKey, date[..8], CloudAccount.Region, service), toSign);
        headers["authorization"] = $"AWS4-HMAC-SHA256 Credential={keys?.AccessKeyId ?? _key.AccessKeyId}/{scope}, SignedHeaders={signed}, Signature={signature}";
        return SendAsync(new SocketsHttpHandler(), $"http://{host}{target}", method, body, headers);
    }

    /// <summary>As a device does it, with its certificate.</summary>
    public Task<Answer> DeviceAsync(string method, string target, string body = "", SslApplicationProtocol? protocol = null) => SendAsync(
        new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [Device],
                ApplicationProtocols = protocol is { } wanted ? [wanted] : null,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        }, $"https://localhost:{_devices.Port}{target}", method, body, new Dictionary<string, string>());

    public async ValueTask DisposeAsync()
    {
        await _signed.DisposeAsync();
        await _devices.DisposeAsync();
        Device.Dispose();
        await World.DisposeAsync();
    }

    private static async Task<Answer> SendAsync(SocketsHttpHandler handler, string url, string method, string body, Dictionary<string, string> headers)
    {
        handler.ConnectTimeout = TimeSpan.FromSeconds(10);
        using var http = new HttpClient(handler);
        // The raw target must stay as it is: encoded slashes are part of it.
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Version = HttpVersion.Version11,
            Content = new StringContent(body),
        };
        foreach (var (name, value) in headers.Where(h => h.Key != "host")) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var errorType = response.Headers.TryGetValues("x-amzn-ErrorType", out var values) ? values.Single() : null;
        return new Answer((int)response.StatusCode, errorType, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    internal sealed record Answer(int Status, string? ErrorType, JsonObject Body);
}
