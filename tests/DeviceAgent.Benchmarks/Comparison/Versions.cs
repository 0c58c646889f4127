using System.Reflection;
using System.Text.Json;
using Amazon.DynamoDBv2;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Benchmarks.Comparison;

/// <summary>What was compared, as each of them names itself.</summary>
internal static class Versions
{
    public static async Task<string> DescribeAsync(ComparisonOptions options)
    {
        var versions = new List<string>();
        if (options.Peers.Contains("cli"))
        {
            versions.Add(Words(await FirstLineAsync("curl", "--version"), 2));
            versions.Add(Words(await FirstLineAsync(options.AwsCli, "--version"), 2));
        }

        if (options.Peers.Contains("boto3")) versions.Add(await FirstLineAsync(options.Python, "-c", "import boto3, platform; print('boto3', boto3.__version__, 'on Python', platform.python_version())"));
        if (options.Peers.Contains("js"))
        {
            using var package = JsonDocument.Parse(await File.ReadAllTextAsync(Repository.File("tests", "node", "node_modules", "@aws-sdk", "client-dynamodb", "package.json")));
            versions.Add($"@aws-sdk/client-dynamodb {package.RootElement.GetProperty("version").GetString()} on Node.js {await FirstLineAsync("node", "--version")}");
        }

        if (options.Peers.Contains("dotnet"))
            versions.Add($"AWSSDK.DynamoDBv2 {typeof(AmazonDynamoDBClient).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()?.Version} on .NET {Environment.Version}");
        if (options.Peers.Contains("agent"))
        {
            var agent = AgentProcess.StartInfo("--version");
            versions.Add(await FirstLineAsync(agent.FileName, [.. agent.ArgumentList]));
        }

        return string.Join("; ", versions);
    }

    private static async Task<string> FirstLineAsync(string program, params string[] arguments) =>
        (await Command.RunAsync(program, arguments)).Succeeded().Split('\n')[0].Trim();

    private static string Words(string line, int count) => string.Join(' ', line.Split(' ').Take(count));
}
