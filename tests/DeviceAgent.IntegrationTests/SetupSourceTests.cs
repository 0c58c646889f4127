using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>
/// What <c>scripts/aws-setup.sh</c> lets a device read: nothing, unless it is asked for by name. The AWS CLI of these tests says of everything that it is there
/// already, for what is made is not the question.
/// </summary>
public sealed class SetupSourceTests : IDisposable
{
    private const string AwsCli =
        """
        #!/bin/sh
        case "$1 $2" in
          "sts get-caller-identity") echo arn:aws:iam::123456789012:user/operator ;;
          "dynamodb describe-table") echo ACTIVE ;;
          *) echo there ;;
        esac

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("device-agent-setup-").FullName;

    public SetupSourceTests()
    {
        var aws = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName, "aws");
        File.WriteAllText(aws, AwsCli);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(aws, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=boiler-07", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Directory.CreateDirectory(Device);
        File.WriteAllText(Path.Combine(Device, "certificate.pem"), certificate.ExportCertificatePem());
    }

    private string Device => Path.Combine(_folder, "device");

    private string Configuration => Path.Combine(Device, "agent.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, """{ "kind": "none" }""", "nothing itself: other programs on it hand in readings")]
    [InlineData("none", """{ "kind": "none" }""", "nothing itself: other programs on it hand in readings")]
    [InlineData("linux", """{ "kind": "linux", "intervalSeconds": 10 }""", "its sensors: device-agent sensors lists them there")]
    [InlineData("stdin", """{ "kind": "stdin" }""", "its standard input, NDJSON, and ends with it")]
    [InlineData("simulated", """{ "kind": "simulated", "intervalSeconds": 10 }""", "readings that are MADE UP (attribute simulated)")]
    [InlineData("replay:my meter.csv", """{ "kind": "replay", "file": "my meter.csv" }""", "the recording my meter.csv, and ends with it")]
    public async Task Source_ByName_IsInTheConfigurationAndSaid(string? source, string expected, string said)
    {
        string[] arguments = source is null ? [] : ["--source", source];
        Assert.Contains($"agent.json, with which the device reads {said}\n", (await SetUpAsync([.. arguments, "--dry-run"])).Succeeded());
        Assert.False(File.Exists(Configuration));

        Assert.EndsWith($"\nIt reads {said}. To change that: source.kind in agent.json (docs/agent.md).\n", (await SetUpAsync(arguments)).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(expected, await SourceAsync());
    }

    [Fact]
    public async Task Source_ConfigurationIsThere_StaysAsItIsAndIsSaidSo()
    {
        (await SetUpAsync("--source", "stdin")).Succeeded();
        Assert.Contains("agent.json is there, and stays as it is, with its source\n", (await SetUpAsync("--source", "linux")).Succeeded());
        Assert.Equal("""{ "kind": "stdin" }""", await SourceAsync());
    }

    [Theory]
    [InlineData("heating", "'heating' is no source: say none, linux, stdin, simulated or replay:FILE")]
    [InlineData("replay:", "'replay:' is no source: say none, linux, stdin, simulated or replay:FILE")]
    [InlineData("replay:a\"b", "the name of the file 'a\"b' cannot stand in agent.json as it is")]
    [InlineData("replay:a\\b", "cannot stand in agent.json as it is")]
    [InlineData("replay:a\nb", "cannot stand in agent.json as it is")]
    public async Task Source_Unfit_IsRefusedBeforeAnythingIsMade(string source, string problem)
    {
        var result = await SetUpAsync("--source", source);
        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(problem, result.Error);
        Assert.False(File.Exists(Configuration));
    }

    private Task<CommandResult> SetUpAsync(params string[] arguments) => Command.RunAsync(
        Repository.File("scripts", "aws-setup.sh"), ["boiler-07", "--directory", Device, .. arguments],
        new Dictionary<string, string> { ["PATH"] = $"{_folder}/bin:{Environment.GetEnvironmentVariable("PATH")}", ["AWS_REGION"] = "us-east-1" });

    private async Task<string> SourceAsync()
    {
        using var configuration = JsonDocument.Parse(await File.ReadAllTextAsync(Configuration));
        return configuration.RootElement.GetProperty("source").GetRawText();
    }
}
