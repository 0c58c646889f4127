using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using DeviceAgent.Testbed.Credentials;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;
using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Signing;
using DeviceAgent.Testbed.Tests.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Testbed.Tests.Credentials;

/// <summary>The credentials provider behind real TLS, with one device, <c>thermostat-01</c>, that is set up as it should be.</summary>
internal sealed class CredentialsWorld : IAsyncDisposable
{
    public const string ThingName = "thermostat-01";
    public const string DefaultPath = "/role-aliases/device-agent/credentials";
    public const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private readonly TestListener _host;

    private CredentialsWorld(IotWorld iot, FaultSwitches faults, SessionTokens tokens, TestListener host, ProvisionedThing provisioned)
    {
        (Iot, Faults, Tokens, _host, Provisioned) = (iot, faults, tokens, host, provisioned);
        Device = X509Certificate2.CreateFromPemFile(
            Path.Combine(provisioned.Directory, CertificateFolder.CertificateFile), Path.Combine(provisioned.Directory, CertificateFolder.PrivateKeyFile));
    }

    public IotWorld Iot { get; }

    public FaultSwitches Faults { get; }

    public SessionTokens Tokens { get; }

    public ProvisionedThing Provisioned { get; }

    public X509Certificate2 Device { get; }

    public static async Task<CredentialsWorld> StartAsync(CredentialsProviderOptions? options = null, RegistryOptions? registryOptions = null)
    {
        var iot = new IotWorld(registryOptions);
        var seed = new RegistrySeed(iot.Registry, iot.Iam, iot.Authority);
        seed.EnsureDefaults();
        var provisioned = seed.ProvisionThing(ThingName, Path.Combine(iot.Folder, "thing"));
        var faults = new FaultSwitches(new Random(1));
        var tokens = new SessionTokens(new byte[32]);
        var api = new CredentialsProviderApi(
            iot.Registry, iot.Iam, iot.Authority, tokens, faults, new Activity(iot.Time), options ?? new CredentialsProviderOptions(), iot.Time, NullLogger<CredentialsProviderApi>.Instance);
        return new CredentialsWorld(iot, faults, tokens, await TestListener.StartAsync(api.HandleAsync, api.ConfigureTls), provisioned);
    }

    /// <summary>One request on a connection of its own.</summary>
    public async Task<Answer> AskAsync(
        X509Certificate2? certificate, string? thing = ThingName, string path = DefaultPath, string method = "GET", string serverName = "localhost",
        SslProtocols protocols = SslProtocols.None, X509Certificate2Collection? intermediates = null)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(20),
            SslOptions = new SslClientAuthenticationOptions
            {
                EnabledSslProtocols = protocols,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, intermediates, offline: true),
                // Another name is for the server to refuse.
                RemoteCertificateValidationCallback = (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { Iot.Authority.Certificate },
                },
            },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"https://{IPAddress.Loopback}:{_host.Port}{path}");
        // The handler sends the host as SNI, or none when it is an address.
        request.Headers.Host = serverName;
        if (thing is not null) request.Headers.TryAddWithoutValidation("x-amzn-iot-thingname", thing);
        using var response = await client.SendAsync(request);
        return new Answer(
            (int)response.StatusCode, await response.Content.ReadAsStringAsync(),
            response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => h.Value.Single(), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> AskAsync() => AskAsync(Device);

    /// <summary>What a TLS refusal looks like from outside: no answer at all.</summary>
    public static async Task RefusedByTlsAsync(Func<Task<Answer>> ask) => await Assert.ThrowsAsync<HttpRequestException>(ask);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Device.Dispose();
        Iot.Dispose();
    }

    internal sealed record Answer(int Status, string Body, IReadOnlyDictionary<string, string> Headers)
    {
        public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

        public string? Message => (string?)Json["message"];

        public string? ErrorType => Headers.GetValueOrDefault("x-amzn-ErrorType");
    }
}
