using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DeviceAgent.Tests.Hosting;

/// <summary>A folder with a certificate that is valid by the test's clock, its key and a configuration that is valid.</summary>
internal sealed class TestDevice : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TimeProvider _time;

    public TestDevice(TimeProvider time)
    {
        _time = time;
        WriteIdentity("device", password: null);
        WriteConfiguration(Valid());
    }

    public string ConfigurationPath => _folder.File("agent.json");

    public string Folder => _folder.Path;

    public static Dictionary<string, string> Valid() => new()
    {
        ["thingName"] = "\"boiler-07\"",
        ["roleAlias"] = "\"fleet-ddb\"",
        ["credentialsEndpoint"] = "\"c0ffee.credentials.iot.us-east-1.amazonaws.com\"",
        ["region"] = "\"us-east-1\"",
        ["certificatePath"] = "\"device.crt\"",
        ["privateKeyPath"] = "\"device.key\"",
        ["stateDirectory"] = "\"state\"",
        ["source"] = "{ \"kind\": \"simulated\" }",
    };

    /// <summary>Writes the configuration: each value is JSON as it is.</summary>
    public void WriteConfiguration(IEnumerable<KeyValuePair<string, string>> settings) =>
        WriteText("agent.json", "{\n" + string.Join(",\n", settings.Select(s => $"  \"{s.Key}\": {s.Value}")) + "\n}\n");

    public string WriteText(string name, string text) => _folder.Write(name, text);

    public void WriteIdentity(string name, string? password, DateTimeOffset? notBefore = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(notBefore ?? _time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(400));
        WriteText($"{name}.crt", certificate.ExportCertificatePem());
        var encryption = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        var path = WriteText($"{name}.key", password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, encryption));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => _folder.Dispose();
}
