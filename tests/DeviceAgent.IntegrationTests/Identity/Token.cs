using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests.Identity;

/// <summary>A SoftHSM2 token in a folder of its own, with an EC and an RSA key.</summary>
internal sealed class Token : IDisposable
{
    public const string Pin = "canary-pin-4321";

    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("device-token-");

    private Token() => Environment = new Dictionary<string, string> { ["SOFTHSM2_CONF"] = PathOf("softhsm2.conf") };

    /// <summary>What a process needs to find the token.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public static async Task<Token> CreateAsync()
    {
        var token = new Token();
        Directory.CreateDirectory(token.PathOf("tokens"));
        await File.WriteAllTextAsync(token.PathOf("softhsm2.conf"), $"directories.tokendir = {token.PathOf("tokens")}\nlog.level = ERROR\n");
        await token.RunAsync("softhsm2-util", "--init-token", "--free", "--label", "device", "--so-pin", "1234", "--pin", Pin);
        foreach (var (label, id, kind) in new[] { ("ec", "01", "EC:prime256v1"), ("rsa", "02", "rsa:2048") })
            await token.RunAsync("pkcs11-tool", "--module", Module, "--login", "--pin", Pin, "--token-label", "device", "--keypairgen", "--key-type", kind, "--id", id, "--label", label);
        return token;
    }

    public static string Uri(string label) => $"pkcs11:token=device;object={label}";

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task RunAsync(string program, params string[] arguments) =>
        (await Command.RunAsync(program, arguments, Environment)).Succeeded();
}
