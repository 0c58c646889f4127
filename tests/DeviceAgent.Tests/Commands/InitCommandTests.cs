using System.Collections;
using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DeviceAgent.Commands;
using DeviceAgent.Commands.Init;
using DeviceAgent.Hosting;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Commands;

public sealed class InitCommandTests : IDisposable
{
    private const string Endpoint = "c2abc.credentials.iot.eu-central-1.amazonaws.com";

    private readonly TemporaryFolder _folder = new();

    public InitCommandTests() => Directory.CreateDirectory(Configured(""));

    /// <summary>As the console names them; the public key is no key of a device's.</summary>
    [Fact]
    public async Task Init_ConsoleDownload_FindsThePairCopiesItAndMakesACheckedConfiguration()
    {
        var (certificate, key) = Device("AWS IoT Certificate");
        Write("download/9f8e7d6c5b4a-certificate.pem.crt", certificate);
        Write("download/9f8e7d6c5b4a-private.pem.key", key);
        Write("download/9f8e7d6c5b4a-public.pem.key", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----\n");
        Write("download/AmazonRootCA1.pem", Root("Amazon Root CA 1").Pem);

        var (exit, output, error) = await RunAsync("--from", "download", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "linux", "--yes");

        Assert.True(exit == ExitCode.Ok, error);
        var options = Load();
        Assert.Equal(("boiler-07", "eu-central-1", "device-agent"), (options.ThingName, options.Table.Region, options.Credentials.RoleAlias));
        Assert.Equal((Configured("certificate.pem"), Configured("private.key")), (options.Identity.CertificatePath, options.Identity.PrivateKeyPath));
        Assert.Equal(SourceKind.Linux, Assert.Single(options.Sources).Kind);
        Assert.Equal(Configured("ca.pem"), options.Credentials.CaPath);
        Assert.Equal(key, File.ReadAllText(Configured("private.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Configured("private.key")));
        Assert.Contains("for its owner alone; delete ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", output + error, StringComparison.Ordinal);
    }

    /// <summary>The unpacked zip, in a folder below; the name and the broker's address are in its files.</summary>
    [Fact]
    public async Task Init_ConnectDevicePackage_TakesThingAndBrokerFromIt()
    {
        var (certificate, key) = Device("AWS IoT Certificate");
        Write("d/connect_device_package/pump_3.cert.pem", certificate);
        Write("d/connect_device_package/pump_3.private.key", key);
        Write("d/connect_device_package/start.sh", "python3 pubsub.py --endpoint a1b2c3d4e5f6g7-ats.iot.us-west-2.amazonaws.com --ca_file root-CA.crt --cert pump_3.cert.pem\n");

        var (exit, _, error) = await RunAsync("--from", "d", "--endpoint", Endpoint.Replace("eu-central-1", "us-west-2", StringComparison.Ordinal), "--source", "none", "--yes");

        Assert.True(exit == ExitCode.Ok, error);
        var options = Load();
        Assert.Equal(("pump_3", "us-west-2", "a1b2c3d4e5f6g7-ats.iot.us-west-2.amazonaws.com"), (options.ThingName, options.Table.Region, options.Control.Host));
    }

    [Fact]
    public async Task Init_FolderOfTheSetupScript_CarriesAllSettingsOver()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);
        var root = Write("ca/ca.pem", Root("Test").Pem);
        Write("made/agent.json", $$"""
            {
              "thingName": "boiler-07", "roleAlias": "fleet", "credentialsEndpoint": "{{Endpoint}}", "region": "eu-west-1",
              "certificatePath": "certificate.pem", "privateKeyPath": "private.key", "caPath": "{{root}}", "stateDirectory": "state",
              "ttl": { "attribute": "expires_at", "days": 365 }, "source": { "kind": "replay", "file": "day.csv" }
            }
            """);
        Write("made/day.csv", "timestamp,temperature\n2026-01-01T00:00:00Z,21.5\n");

        var (exit, _, error) = await RunAsync("--from", "made", "--set", "upload.maxDelaySeconds=2");

        Assert.True(exit == ExitCode.Ok, error);
        var options = Load();
        Assert.Equal(("fleet", "eu-west-1", root), (options.Credentials.RoleAlias, options.Table.Region, options.Credentials.CaPath));
        Assert.Equal(_folder.File("made/day.csv"), Assert.Single(options.Sources).File);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Upload.MaxDelay);
        Assert.Contains("\"ttl\": { \"attribute\": \"expires_at\", \"days\": 365 }", File.ReadAllText(Configured("agent.json")), StringComparison.Ordinal);

        // Made on a computer that has the roots elsewhere.
        File.Delete(root);
        Write("made/roots.pem", Root("Test").Pem);
        Assert.Equal(ExitCode.Ok, (await RunAsync("--from", "made", "--force")).Exit);
        Assert.Equal(Configured("ca.pem"), Load().Credentials.CaPath);
    }

    /// <summary>Both in one file, which only its password opens.</summary>
    [Fact]
    public async Task Init_PfxWithAPassword_IsTakenWithIt()
    {
        var (certificate, key) = Device("boiler-07");
        using (var both = X509Certificate2.CreateFromPem(certificate, key)) File.WriteAllBytes(Write("made/device.pfx", ""), both.Export(X509ContentType.Pkcs12, "hush"));
        string[] all = ["--from", "made", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes"];

        var (exit, output, error) = await RunAsync(all);
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains("password", error, StringComparison.OrdinalIgnoreCase);

        (exit, output, error) = await RunAsync([.. all, "--set", "privateKeyPassword=hush"]);
        Assert.True(exit == ExitCode.Ok, error);
        Assert.DoesNotContain("hush", output + error, StringComparison.Ordinal);
        Assert.Equal(Configured("certificate.pfx"), Load().Identity.CertificatePath);
        var rights = OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Configured("certificate.pfx")) | File.GetUnixFileMode(Configured("agent.json"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, rights);
    }

    [Fact]
    public async Task Init_NothingIsGivenAndNobodyAnswers_ListsWhatIsMissingWithItsOption()
    {
        var (exit, _, error) = await RunAsync();
        Assert.Equal(ExitCode.Usage, exit);
        foreach (var option in new[] { "--certificate FILE", "--from FOLDER", "--private-key FILE", "--thing NAME", "--endpoint HOST", "--region NAME", "--role-alias NAME", "(--yes takes 'device-agent')", "--source KIND" })
            Assert.Contains(option, error, StringComparison.Ordinal);
        Assert.False(File.Exists(Configured("agent.json")));
    }

    /// <summary>A wrong answer is explained and asked again; an empty one takes the proposal.</summary>
    [Fact]
    public async Task Init_APersonAnswers_AsksForTheRestOnly()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);

        var (exit, output, error) = await AnswerAsync(["--from", "made"], "", "a1b2-ats.iot.eu-central-1.amazonaws.com", Endpoint, "", "", "", "nonsense", "none", "yes");

        Assert.True(exit == ExitCode.Ok, output + error);
        Assert.Contains("thing name [boiler-07]: ", output, StringComparison.Ordinal);
        Assert.Contains("it is AWS IoT's data endpoint, not the credentials endpoint", output, StringComparison.Ordinal);
        Assert.Contains("region [eu-central-1]: ", output, StringComparison.Ordinal);
        Assert.Contains("'nonsense': is no source: say linux, none, ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate: ", output, StringComparison.Ordinal);
        var options = Load();
        Assert.Equal(("boiler-07", null, SourceKind.None), (options.ThingName, options.Control.Host, Assert.Single(options.Sources).Kind));
    }

    [Fact]
    public async Task Init_ThePersonLeaves_WritesNothing()
    {
        var (exit, _, error) = await AnswerAsync([], "made");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("nothing is written", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Configured("")));
    }

    [Fact]
    public async Task Init_ConfigurationThatIsThere_StaysUnlessForcedOrNeverFilledIn()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);
        string[] all = ["--from", "made", "--endpoint", Endpoint, "--source", "none", "--yes"];
        File.WriteAllText(Configured("agent.json"), "{ \"thingName\": \"other\" }");

        var (exit, _, error) = await RunAsync(all);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("is there already: --force replaces it", error, StringComparison.Ordinal);
        Assert.Equal("{ \"thingName\": \"other\" }", File.ReadAllText(Configured("agent.json")));

        Assert.Equal(ExitCode.Ok, (await RunAsync([.. all, "--force"])).Exit);
        Assert.Equal("boiler-07", Load().ThingName);

        // As the package puts it there.
        File.WriteAllText(Configured("agent.json"), "// EDIT\n{ \"thingName\": \"<THING>\", \"region\": \"<REGION>\" }");
        Assert.Equal(ExitCode.Ok, (await RunAsync(all)).Exit);
        Assert.Equal("boiler-07", Load().ThingName);

        File.WriteAllText(Configured("private.key"), Device("other").Key);
        File.Delete(Configured("agent.json"));
        (exit, _, error) = await RunAsync(all);
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("private.key' is there already, with another content than", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Configured("agent.json")));
    }

    [Theory]
    [InlineData("key of another", "the files are of different devices")]
    [InlineData("no key", "without its private key")]
    [InlineData("two devices", "name yours with --certificate and --private-key")]
    public async Task Init_FilesThatAreNoDevice_AreExplained(string what, string reason)
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/a-certificate.pem.crt", certificate);
        if (what != "no key") Write("made/a-private.pem.key", what == "two devices" ? key : Device("other").Key);
        if (what == "two devices")
        {
            var other = Device("other");
            Write("made/b.pem", other.Certificate + other.Key);
        }

        var (exit, output, error) = await RunAsync("--from", "made", "--thing", "x-1", "--endpoint", Endpoint, "--source", "none", "--yes");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains(reason, output + error, StringComparison.Ordinal);
        Assert.Contains("--certificate FILE", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_WrongValues_AreAllNamedAndNothingIsWritten()
    {
        var (certificate, key) = Device("boiler-07");
        Write("c.pem", certificate);
        Write("k.pem", key);
        var (exit, _, error) = await RunAsync("--certificate", "c.pem", "--private-key", "k.pem", "--thing", "a b", "--endpoint", "https://x", "--region", "eu-central-1", "--role-alias", "r", "--source", "none", "--set", "tabelName=t");
        Assert.Equal(ExitCode.BadConfiguration, exit);
        foreach (var part in new[] { "thingName = a b", "credentialsEndpoint = https://x", "tabelName" }) Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Configured("")));

        (exit, _, error) = await RunAsync("--certificate", "c.pem", "--private-key", "k.pem", "--source", "made-up");
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains("--source = made-up: is no source", error, StringComparison.Ordinal);
    }

    /// <summary>A key that stands in a file of certificates, which anybody may read, is not copied with them.</summary>
    [Fact]
    public async Task Init_KeysBesideCertificates_CopiesTheCertificatesAlone()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/a.key", key);
        Write("made/b-combined.pem", certificate + key);
        Write("made/rootCA.pem", Root("Test").Pem + Device("ca").Key);

        var (exit, output, error) = await RunAsync("--from", "made", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes");

        Assert.True(exit == ExitCode.Ok, output + error);
        Assert.Equal(key, File.ReadAllText(Configured("private.key")));
        foreach (var name in new[] { "certificate.pem", "ca.pem" })
        {
            var text = File.ReadAllText(Configured(name));
            Assert.Contains("BEGIN CERTIFICATE", text, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE KEY", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Init_LinkOutOfTheFolder_IsNotRead()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);
        File.CreateSymbolicLink(_folder.File("made/roots.pem"), Write("elsewhere/secret", "hush"));
        Write("made/agent.json", "{ \"caPath\": \"roots.pem\" }");

        var (exit, _, error) = await RunAsync("--from", "made", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes");

        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains("roots.pem' is a link, which is not followed", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Configured("")));
    }

    /// <summary>Between the question and the answer the files are others.</summary>
    [Fact]
    public async Task SourceFiles_FileThatChanges_StaysWhatItWasReadAs()
    {
        var path = Write("made/sub/a", "one");
        using var files = new SourceFiles(_folder.File("made"));
        Assert.Equal("one"u8.ToArray(), files.Read(path, 100));
        await File.WriteAllTextAsync(path, "two");
        Assert.Equal("one"u8.ToArray(), files.Read(path, 100));

        Directory.Move(_folder.File("made/sub"), _folder.File("other"));
        Directory.CreateSymbolicLink(_folder.File("made/sub"), _folder.File("other"));
        Assert.Throws<DeviceAgent.Storage.LinkException>(() => files.Read(_folder.File("made/sub/b"), 100));
        Assert.False(files.Holds(_folder.File("made2/a")));
    }

    [Theory]
    [InlineData("etc/k.pem", "is the device's private.key itself")]
    [InlineData("etc/c.pem", "is the device's certificate.pem itself")]
    public async Task Init_OutputIsAnInput_IsRefusedAlsoWithForce(string file, string reason)
    {
        var (certificate, key) = Device("boiler-07");
        Write("etc/c.pem", certificate);
        Write("etc/k.pem", key);
        var (exit, _, error) = await RunAsync("--certificate", "etc/c.pem", "--private-key", "etc/k.pem", "--output", file, "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes", "--force");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Equal((certificate, key), (File.ReadAllText(Configured("c.pem")), File.ReadAllText(Configured("k.pem"))));
    }

    [Fact]
    public async Task Init_OutputIsATargetOfACopy_IsRefusedAlsoWithForce()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/c.pem", certificate);
        Write("made/k.pem", key);
        var (exit, _, error) = await RunAsync("--from", "made", "--output", "etc/private.key", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes", "--force");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains("is where '", error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Configured("")));
    }

    /// <summary>Without sudo the key is there still, and no new one is needed.</summary>
    [Fact]
    public void Look_KeyThatMayNotBeRead_SaysHowToReadIt()
    {
        Write("made/certificate.pem", Device("boiler-07").Certificate);
        Write("made/private.key", "");
        using var files = new SourceFiles(_folder.File("made"), (path, _) => path.EndsWith(".key", StringComparison.Ordinal) ? throw new UnauthorizedAccessException() : File.ReadAllBytes(path));
        Assert.Equal(["private.key cannot be read (permission): run this by sudo"], DeviceFolder.Look(_folder.File("made"), files).Problems);
    }

    [Fact]
    public void Look_KeyIsALink_SaysThatItWasPassedOver()
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        File.CreateSymbolicLink(_folder.File("made/private.key"), Write("private.key", key));
        Assert.Equal(["private.key is a link and was passed over"], DeviceFolder.Look(_folder.File("made")).Problems);
    }

    [Fact]
    public void Look_KeyInDerForm_IsTaken()
    {
        var (certificate, pem) = Device("boiler-07");
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        Write("made/certificate.pem", certificate);
        File.WriteAllBytes(_folder.File("made/k.der"), key.ExportPkcs8PrivateKey());
        Assert.Equal(_folder.File("made/k.der"), DeviceFolder.Look(_folder.File("made")).PrivateKey);
    }

    [Fact]
    public async Task Init_ForcedWithAPassword_TakesRightsOfOthersAway()
    {
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);
        var file = Write("etc/agent.json", "{}");
        foreach (var (old, wanted) in new[] { (ownerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead, ownerOnly), (ownerOnly | UnixFileMode.GroupRead, ownerOnly | UnixFileMode.GroupRead), (ownerOnly, ownerOnly) })
        {
            File.SetUnixFileMode(file, old);
            var (exit, _, error) = await RunAsync("--from", "made", "--endpoint", Endpoint, "--source", "none", "--yes", "--force", "--set", "privateKeyPassword=hush");
            Assert.True(exit == ExitCode.Ok, error);
            Assert.Equal(wanted, File.GetUnixFileMode(file));
        }

        // A link has no rights to give.
        var open = Write("open.json", "{}");
        File.SetUnixFileMode(open, ownerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        File.Delete(file);
        File.CreateSymbolicLink(file, open);
        Assert.Equal(ExitCode.Ok, (await RunAsync("--from", "made", "--endpoint", Endpoint, "--source", "none", "--yes", "--force")).Exit);
        Assert.Null(new FileInfo(file).LinkTarget);
        Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(file) & UnixFileMode.OtherWrite);
    }

    [Theory]
    [InlineData("private.key", "is a folder")]
    [InlineData("agent.json.new", "")]
    public async Task Init_FolderInTheWay_LeavesNothingBehind(string name, string reason)
    {
        var (certificate, key) = Device("boiler-07");
        Write("made/certificate.pem", certificate);
        Write("made/private.key", key);
        Write($"etc/{name}/file", "");
        var (exit, _, error) = await RunAsync("--from", "made", "--endpoint", Endpoint, "--source", "none", "--yes", "--force");
        Assert.Equal(ExitCode.Failure, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Configured("")));
    }

    /// <summary>A folder from elsewhere does not move the cursor, nor what lies beside it.</summary>
    [Fact]
    public async Task Init_FolderWithControlCharacters_ShowsThemEscapedAndLeavesItsNeighbourAlone()
    {
        var (certificate, key) = Device("boiler-07");
        Write("f42/c.pem", certificate);
        Write("f42/k.pem", key);
        Write("f42/agent.json", """{ "thingName": "a\u001b[2Jb", "source": { "kind": "no\u001bne" } }""");
        var (exit, output, error) = await RunAsync("--from", "f42", "--endpoint", Endpoint, "--yes");
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains(@"a\u001b[2Jb", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', output + error);

        File.Delete(_folder.File("f42/agent.json"));
        var neighbour = Write("f42x/k.pem", key);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(neighbour, (UnixFileMode)0b110_100_100);
        (exit, output, error) = await RunAsync("--from", "f42", "--certificate", "f42x/../f42/c.pem", "--private-key", neighbour, "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes");
        Assert.True(exit == ExitCode.Ok, output + error);
        Assert.Contains(neighbour, File.ReadAllText(Configured("agent.json")), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(neighbour));
    }

    /// <summary>They mean the same as options do: from where they were typed.</summary>
    [Fact]
    public async Task Init_RelativePathsBySet_AreFromTheWorkingFolderAndThePasswordIsCopied()
    {
        var (certificate, pem) = Device("boiler-07");
        using var key = ECDsa.Create();
        key.ImportFromPem(pem);
        Write("made/c.pem", certificate);
        Write("made/k.pem", key.ExportEncryptedPkcs8PrivateKeyPem("hush", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2048)));
        Write("made/pass", "hush");
        Write("roots.pem", Root("Test").Pem);
        var (exit, output, error) = await RunAsync(
            "--from", "made", "--thing", "boiler-07", "--endpoint", Endpoint, "--source", "none", "--yes", "--set", "caPath=roots.pem", "--set", "privateKeyPasswordFile=made/pass");
        Assert.True(exit == ExitCode.Ok, output + error);
        Assert.Equal(_folder.File("roots.pem"), Load().Credentials.CaPath);
        Assert.Equal("hush", File.ReadAllText(Configured("private.key.password")));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Configured("private.key.password")));
    }

    [Fact]
    public async Task Init_EmptyStateDirectory_IsRefused()
    {
        await using var error = new StringWriter();
        var places = new ConfigurationPlaces(new Hashtable(), _folder.Path, Configured("agent.json"), IsTerminal: false);
        var exit = await InitCommand.Create(places, TextReader.Null, isTerminal: false).Parse(["--state-directory", "", "--certificate", "c.pem"]).InvokeAsync(new InvocationConfiguration { Error = error });
        Assert.Equal((int)ExitCode.BadConfiguration, exit);
        Assert.Contains("names no folder", error.ToString(), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Configured(string name) => _folder.File(Path.Combine("etc", name));

    private string Write(string name, string text) => _folder.Write(name, text);

    private AgentOptions Load()
    {
        var (options, identity) = AgentConfiguration.Load(Configured("agent.json"), new Hashtable(), []);
        identity.Dispose();
        return options;
    }

    private Task<(ExitCode Exit, string Output, string Error)> RunAsync(params IEnumerable<string> arguments) => InvokeAsync(TextReader.Null, false, arguments);

    private Task<(ExitCode Exit, string Output, string Error)> AnswerAsync(string[] arguments, params string[] answers) => InvokeAsync(new StringReader(string.Join('\n', answers)), true, arguments);

    private async Task<(ExitCode Exit, string Output, string Error)> InvokeAsync(TextReader input, bool isTerminal, IEnumerable<string> arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var places = new ConfigurationPlaces(new Hashtable(), _folder.Path, Configured("agent.json"), IsTerminal: false);
        var parsed = InitCommand.Create(places, input, isTerminal).Parse([.. arguments, "--state-directory", Configured("state"), "--no-doctor"]);
        var exit = await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return ((ExitCode)exit, output.ToString(), error.ToString());
    }

    private static (string Certificate, string Key) Device(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return (certificate.ExportCertificatePem() + "\n", key.ExportECPrivateKeyPem() + "\n");
    }

    private static (string Pem, string Name) Root(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
        return (certificate.ExportCertificatePem() + "\n", name);
    }
}
