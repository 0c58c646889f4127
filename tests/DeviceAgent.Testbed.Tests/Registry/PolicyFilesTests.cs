using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Iam;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Registry;

/// <summary>The documents of scripts/policies: what they allow, and that docs/security.md says why each wildcard of theirs stays.</summary>
public sealed class PolicyFilesTests : IDisposable
{
    private const string Account = CloudAccount.AccountId;
    private const string Mine = "$aws/things/thermostat-01/";

    private readonly IotWorld _world = new();

    [Fact]
    public void EveryWildcard_IsExplained_AndNothingElse()
    {
        var there = Directory.GetFiles(Path.Combine(Root(), "scripts", "policies"), "*.json")
            .Where(path => Path.GetFileName(path) != "provisioning-template.json")
            .SelectMany(path => Texts(JsonNode.Parse(File.ReadAllText(path))!).Where(text => text.IndexOfAny(['*', '?']) >= 0).Select(text => $"{Path.GetFileName(path)} {Last(text)}"));
        var explained = File.ReadLines(Path.Combine(Root(), "docs", "security.md"))
            .Select(line => Regex.Match(line, @"^\| (?<file>[\w-]+\.json) \| `(?<resource>[^`]+)` \| .{20,} \|$"))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups["file"].Value} {match.Groups["resource"].Value}");

        Assert.Equal(there.Distinct().Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    /// <summary>An AWS IoT policy has 2048 characters at most, white space not counted; names are longest in the partitions other than "aws".</summary>
    [Theory]
    [InlineData("iot-assume-role.json", "aws-us-gov", "us-gov-west-1", 128)]
    [InlineData("iot-claim.json", "aws-us-gov", "us-gov-west-1", 36)]
    [InlineData("iot-device-agent.json", "aws-us-gov", "us-gov-west-1", 24)]
    [InlineData("iot-device-agent.json", "aws", "ap-southeast-1", 36)]
    public void Document_LongestNames_Fits(string file, string partition, string region, int name)
    {
        var document = File.ReadAllText(Path.Combine(Root(), "scripts", "policies", file))
            .Replace("@PARTITION@", partition).Replace("@REGION@", region).Replace("@ACCOUNT@", Account).Replace("@ROLE_ALIAS@", new string('a', name))
            .Replace("@TEMPLATE@", new string('t', name)).Replace("provisioning-templates/device-agent/", $"provisioning-templates/{new string('t', name)}/");

        Assert.InRange(document.Count(c => !char.IsWhiteSpace(c)), 1, 2048);
    }

    [Theory]
    [InlineData("device-agent", true)]
    [InlineData("device-agent-next", false)]
    [InlineData("device-agent2", false)]
    public void AssumeRole_AliasWithTheSamePrefix_IsNotAllowed(string alias, bool allowed)
    {
        var policy = PolicyDocument.Parse(PolicyFiles.Read("iot-assume-role.json", ("@ROLE_ALIAS@", "device-agent")));

        var request = new PolicyRequest("iot:AssumeRoleWithCertificate", RoleAlias.ArnOf(alias), new Dictionary<string, IReadOnlyList<string>>());

        Assert.Equal(allowed, PolicyEvaluator.Evaluate([policy], request) == PolicyDecision.Allow);
    }

    [Theory]
    [InlineData(Mine + "shadow/name/device-agent/get", true, true)]
    [InlineData(Mine + "shadow/name/device-agent/update", true, true)]
    [InlineData(Mine + "shadow/name/device-agent/delete", false, true)]
    [InlineData(Mine + "shadow/update", false, false)]
    [InlineData(Mine + "jobs/start-next", true, true)]
    [InlineData(Mine + "jobs/rotate-1/update", true, true)]
    [InlineData(Mine + "jobs/rotate-1/get", true, true)]
    [InlineData("$aws/things/thermostat-02/jobs/start-next", false, false)]
    [InlineData("$aws/certificates/create-from-csr/json", true, true)]
    [InlineData("$aws/certificates/create/json", false, false)]
    [InlineData("$aws/provisioning-templates/device-agent/provision/json", true, true)]
    [InlineData("$aws/provisioning-templates/other/provision/json", false, false)]
    [InlineData("telemetry", false, false)]
    public void Device_Rights_AreWhatTheAgentAsks(string topic, bool publish, bool answers)
    {
        var seed = new RegistrySeed(_world.Registry, _world.Iam, _world.Authority);
        seed.EnsureDefaults();
        var thing = seed.ProvisionThing("thermostat-01", Path.Combine(_world.Folder, "things", "thermostat-01"));
        var rights = new DeviceRights(_world.Registry, thing.CertificateId, "thermostat-01", "127.0.0.1", []);

        Assert.True(rights.MayConnect());
        Assert.Equal(publish, rights.MayPublish(topic, retain: false));
        Assert.Equal(answers, rights.MaySubscribe(topic + "/accepted"));
        Assert.Equal(answers, rights.MayReceive(topic + "/accepted"));
    }

    [Theory]
    [InlineData("trust.json", "credentials.iot.amazonaws.com", "rolealias/any")]
    [InlineData("provisioning-trust.json", "iot.amazonaws.com", "provisioningtemplate/any")]
    public void Trust_OtherAccountOrRegion_MayNotAssume(string file, string service, string source)
    {
        var trust = PolicyDocument.ParseTrust(PolicyFiles.Read(file));

        bool May(string account, string arn) => PolicyEvaluator.EvaluateTrust(trust, service, new PolicyRequest("sts:AssumeRole", "arn:aws:iam::123456789012:role/r", new Dictionary<string, IReadOnlyList<string>>
        {
            ["aws:SourceAccount"] = [account],
            ["aws:SourceArn"] = [arn],
        })) == PolicyDecision.Allow;

        Assert.True(May(Account, CloudAccount.Arn("iot", source)));
        Assert.False(May("999999999999", CloudAccount.Arn("iot", source)));
        Assert.False(May(Account, CloudAccount.Arn("iot", source).Replace(Account, "999999999999")));
        Assert.False(May(Account, CloudAccount.Arn("iot", source).Replace(CloudAccount.Region, "eu-west-1")));
    }

    public void Dispose() => _world.Dispose();

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Texts(member.Value)),
        JsonArray items => items.SelectMany(Texts),
        JsonValue value => [value.ToString()],
        _ => [],
    };

    /// <summary>What an ARN says of the resource itself.</summary>
    private static string Last(string text) => text.Split(':', 6) is [.., var last] and { Length: 6 } ? last : text;

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DeviceAgent.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No DeviceAgent.sln above {AppContext.BaseDirectory}");
    }
}
