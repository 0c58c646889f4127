using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Storage;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.IntegrationTests.Starts;

/// <summary>All that an agent is started with: a folder with a configuration that is right and needs no cloud to start, its environment, its user's rights.</summary>
internal sealed class DeviceFolder : IDisposable
{
    /// <summary>Root may read and write everything; the service's user may not.</summary>
    private static readonly string[] _withoutRootsRights = ["--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"];

    private static readonly string _nobody = $"localhost:{FreePort.Next()}";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("device-agent-start-");

    public DeviceFolder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        WriteKey("private.key", key);
        Write("certificate.pem", Certify("device", key, Years(-1), Years(9)));
        Directory.CreateDirectory(PathOf("home"));
        Environment["HOME"] = PathOf("home");
    }

    public static bool RunsAsRoot => LocalUsers.Own == LocalUsers.Root;

    public JsonObject Settings { get; } = new()
    {
        ["thingName"] = "thermostat-01",
        ["roleAlias"] = "device-agent",
        ["credentialsEndpoint"] = _nobody,
        ["dynamoDbEndpoint"] = $"http://{_nobody}",
        ["region"] = "us-east-1",
        ["certificatePath"] = "certificate.pem",
        ["privateKeyPath"] = "private.key",
        ["stateDirectory"] = "state",
        // Nothing to read, so that nothing is to be delivered when the agent ends.
        ["source"] = new JsonObject { ["kind"] = "linux", ["sysfsRoot"] = "home" },
    };

    /// <summary>The file's content; null: the settings.</summary>
    public byte[]? Configuration { get; set; }

    /// <summary>Set: no configuration is written any more.</summary>
    public bool IsFinished { get; set; }

    /// <summary>What the command line names; null: the file that is written.</summary>
    public string? ConfigurationName { get; set; }

    public List<string> Arguments { get; } = [];

    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>Whether the agent's user has no more rights than the files' modes give.</summary>
    public bool AsServiceUser { get; set; }

    public string Root => _folder.FullName;

    /// <summary>The moment so many years from now.</summary>
    public static DateTimeOffset Years(int years) => TimeProvider.System.GetUtcNow().AddYears(years);

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public JsonObject Section(string name)
    {
        if (Settings[name] is not JsonObject section) Settings[name] = section = [];
        return section;
    }

    public void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public void Write(string name, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllBytes(PathOf(name), content);
    }

    /// <summary>A named pipe that nobody has open.</summary>
    public void Pipe(string name)
    {
        using var mkfifo = Command.Start("mkfifo", [PathOf(name)], null, null);
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
    }

    /// <summary>Three octal digits.</summary>
    public void SetMode(string name, int mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(PathOf(name), (UnixFileMode)Convert.ToInt32($"{mode}", 8));
    }

    public void WriteKey(string name, ECDsa key)
    {
        Write(name, key.ExportPkcs8PrivateKeyPem());
        SetMode(name, 600);
    }

    /// <summary>A self-signed certificate as PEM.</summary>
    public static string Certify(string name, ECDsa key, DateTimeOffset from, DateTimeOffset to)
    {
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, to);
        return certificate.ExportCertificatePem();
    }

    /// <summary>Another pair than the configured one: <c>NAME.pem</c>, <c>NAME.key</c>.</summary>
    public void WritePair(string name, int fromYears = -1, int toYears = 9)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        WriteKey($"{name}.key", key);
        Write($"{name}.pem", Certify(name, key, Years(fromYears), Years(toYears)));
    }

    /// <summary>Writes the configuration. To be called once, when everything is as it is to be.</summary>
    public void Finish()
    {
        if (!IsFinished && !Path.Exists(PathOf("agent.json"))) Write("agent.json", Configuration ?? Encoding.UTF8.GetBytes(Settings.ToJsonString()));
    }

    public ProcessStartInfo StartInfo(string command)
    {
        var info = AgentProcess.StartInfo([command, "--config", ConfigurationName ?? PathOf("agent.json"), .. Arguments]);
        if (AsServiceUser && RunsAsRoot) info = Wrap(info, "setpriv", _withoutRootsRights);
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        info.WorkingDirectory = Root;
        return info;
    }

    public void Dispose()
    {
        foreach (var folder in Directory.GetDirectories(Root, "*", SearchOption.TopDirectoryOnly)) SetMode(folder, 700);
        _folder.Delete(recursive: true);
    }

    private static ProcessStartInfo Wrap(ProcessStartInfo inner, string program, IEnumerable<string> arguments)
    {
        var outer = new ProcessStartInfo(program, [.. arguments, inner.FileName, .. inner.ArgumentList])
        {
            RedirectStandardInput = inner.RedirectStandardInput,
            RedirectStandardOutput = inner.RedirectStandardOutput,
            RedirectStandardError = inner.RedirectStandardError,
        };
        outer.Environment.Clear();
        foreach (var (name, value) in inner.Environment) outer.Environment[name] = value;
        return outer;
    }
}
