using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Amazon.Runtime;

namespace DotNetLoop;

/// <summary>Credentials of the IoT credentials provider, by the device's certificate; the SDK renews them.</summary>
internal sealed class IotCredentials : RefreshingAWSCredentials
{
    protected override CredentialsRefreshState GenerateNewCredentials() => GenerateNewCredentialsAsync().GetAwaiter().GetResult();

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        var credentials = await FetchAsync();
        var keys = new ImmutableCredentials(
            credentials.GetProperty("accessKeyId").GetString(), credentials.GetProperty("secretAccessKey").GetString(), credentials.GetProperty("sessionToken").GetString());
        return new CredentialsRefreshState(keys, credentials.GetProperty("expiration").GetDateTime());
    }

    public static async Task<JsonElement> FetchAsync()
    {
        using var certificate = X509Certificate2.CreateFromPemFile(Variable("CERTIFICATE"), Variable("PRIVATE_KEY"));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Variable("CA_FILE"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.ClientCertificates = [certificate];
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
        };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Variable("CREDENTIALS_URL"));
        request.Headers.Add("x-amzn-iot-thingname", Variable("THING_NAME"));
        using var response = await http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync());
        return answer.RootElement.GetProperty("credentials").Clone();
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name)!;
}
