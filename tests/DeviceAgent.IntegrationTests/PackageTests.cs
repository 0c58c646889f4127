using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests;

/// <summary>The credentials library as somebody else gets it: a package, in a program that knows nothing of this repository.</summary>
public sealed class PackageTests
{
    private const string Version = "0.0.1-test";

    /// <summary>That for .NET 8 runs here on a later one: nothing else is installed.</summary>
    [Fact]
    public async Task Sample_BuiltFromThePackage_WritesToDynamoDbOnEachFramework()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync();
        var work = System.IO.Directory.CreateTempSubdirectory("device-agent-package-");
        try
        {
            var packages = Path.Combine(work.FullName, "packages");
            (await RunAsync(Repository.File("scripts", "pack.sh"), [packages, Version])).Succeeded();
            Assert.True(File.Exists(Path.Combine(packages, $"DeviceAgent.Credentials.{Version}.snupkg")));

            var source = work.CreateSubdirectory("source").FullName;
            foreach (var file in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "samples/DynamoDbUpload/DynamoDbUpload.csproj", "samples/DynamoDbUpload/Program.cs"])
                File.Copy(Repository.File(file), Path.Combine(source, Path.GetFileName(file)));
            foreach (var framework in (string[])["net8.0", "net10.0"])
            {
                (await RunAsync(
                    "dotnet", ["build", source, "--nologo", "-v", "quiet", $"-p:Framework={framework}", $"-p:PackageFolder={packages}", $"-p:PackageVersion={Version}", .. OwnPackages(work)])).Succeeded();
                await WriteAsync(cloud, Path.Combine(source, "bin", "Debug", framework, "DynamoDbUpload.dll"));
            }

            Assert.Equal(["21.5", "21.5"], (await cloud.ItemsAsync("thermostat-01")).Select(i => i["temperature"].N));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(TestCloud cloud, string program)
    {
        var device = DeviceFolder.PathOf(cloud.Directory, "thermostat-01");
        var output = (await cloud.ShellAsync($"""
            unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
            DOTNET_ROLL_FORWARD=Major dotnet '{program}' --Device:CredentialsEndpoint={cloud.Cloud.CredentialsEndpoint} --Device:RoleAlias={Cloud.RoleAlias} --Device:ThingName=thermostat-01 \
              --Device:CertificatePath='{device}/certificate.pem' --Device:PrivateKeyPath='{device}/private.key' --Device:CaPath='{device}/ca.pem'
            """)).Succeeded();
        Assert.Contains("Written to thermostat-01", output, StringComparison.Ordinal);
    }

    private static Task<CommandResult> RunAsync(string program, IEnumerable<string> arguments) =>
        Command.RunAsync(program, arguments, patience: TimeSpan.FromMinutes(5));

    /// <summary>What is made here goes into a package cache of its own; what is there already is taken from the machine's.</summary>
    private static string[] OwnPackages(DirectoryInfo work)
    {
        var machine = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return [$"-p:RestorePackagesPath={Path.Combine(work.FullName, "nuget")}", $"-p:RestoreFallbackFolders={machine}"];
    }
}
