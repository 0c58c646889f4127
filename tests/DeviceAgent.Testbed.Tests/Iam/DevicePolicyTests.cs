using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.PolicyDecisions;

namespace DeviceAgent.Testbed.Tests.Iam;

/// <summary>The policies that operators are told to write for devices, word by word.</summary>
public sealed class DevicePolicyTests
{
    private const string AssumeAlias = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"arn:aws:iot:us-east-1:123456789012:rolealias/fleet-ddb"}]}
        """;

    private const string AssumeAliasByThing = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"arn:aws:iot:us-east-1:123456789012:rolealias/fleet-ddb",
         "Condition":{"StringEquals":{"iot:Connection.Thing.Attributes[Owner]":"ops","iot:Connection.Thing.ThingTypeName":"boiler"},"Bool":{"iot:Connection.Thing.IsAttached":"true"}}}]}
        """;

    private const string OwnTable = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:BatchWriteItem","dynamodb:DescribeTable"],"Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/${credentials-iot:ThingName}"}]}
        """;

    private const string SharedTable = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["dynamodb:PutItem","dynamodb:BatchWriteItem"],"Resource":"arn:aws:dynamodb:us-east-1:123456789012:table/readings",
         "Condition":{"ForAllValues:StringEquals":{"dynamodb:LeadingKeys":["${credentials-iot:ThingName}"]}}}]}
        """;

    private const string Mqtt = """
        {"Version":"2012-10-17","Statement":[
         {"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:us-east-1:123456789012:client/${iot:Connection.Thing.ThingName}","Condition":{"Bool":{"iot:Connection.Thing.IsAttached":["true"]}}},
         {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":["arn:aws:iot:us-east-1:123456789012:topic/$aws/things/${iot:Connection.Thing.ThingName}/*"]},
         {"Effect":"Allow","Action":"iot:Subscribe","Resource":["arn:aws:iot:us-east-1:123456789012:topicfilter/$aws/things/${iot:Connection.Thing.ThingName}/*"]}]}
        """;

    private static readonly (string, string[]) _thing = ("credentials-iot:ThingName", ["boiler-07"]);
    private static readonly (string, string[]) _mqttThing = ("iot:Connection.Thing.ThingName", ["boiler-07"]);
    private static readonly (string, string[]) _attached = ("iot:Connection.Thing.IsAttached", ["true"]);

    [Theory]
    [InlineData("fleet-ddb", true)]
    [InlineData("fleet-ddb2", false)]
    [InlineData("Fleet-ddb", false)]
    public void AssumeAlias_OnlyTheNamedOne(string alias, bool allowed) =>
        AssertAllowed(allowed, Decide(AssumeAlias, "iot:AssumeRoleWithCertificate", $"arn:aws:iot:us-east-1:123456789012:rolealias/{alias}"));

    [Theory]
    [InlineData("ops", "boiler", "true", true)]
    [InlineData("other", "boiler", "true", false)]
    [InlineData("ops", "pump", "true", false)]
    [InlineData("ops", "boiler", "false", false)]
    public void AssumeAliasByThing_AttributesDecide(string owner, string type, string attached, bool allowed) => AssertAllowed(allowed, Decide(
        AssumeAliasByThing, "iot:AssumeRoleWithCertificate", "arn:aws:iot:us-east-1:123456789012:rolealias/fleet-ddb",
        ("iot:Connection.Thing.Attributes[Owner]", [owner]), ("iot:Connection.Thing.ThingTypeName", [type]), ("iot:Connection.Thing.IsAttached", [attached])));

    [Fact]
    public void AssumeAliasByThing_WithoutThingVariables_IsDenied() =>
        AssertAllowed(false, Decide(AssumeAliasByThing, "iot:AssumeRoleWithCertificate", "arn:aws:iot:us-east-1:123456789012:rolealias/fleet-ddb"));

    [Theory]
    [InlineData("dynamodb:PutItem", "boiler-07", true)]
    [InlineData("dynamodb:BatchWriteItem", "boiler-07", true)]
    [InlineData("dynamodb:PutItem", "boiler-08", false)]
    [InlineData("dynamodb:DeleteTable", "boiler-07", false)]
    public void OwnTable_WithThingName_IsTheOnlyOne(string action, string table, bool allowed) =>
        AssertAllowed(allowed, Decide(OwnTable, action, $"arn:aws:dynamodb:us-east-1:123456789012:table/{table}", _thing));

    [Fact]
    public void OwnTable_WithoutThingName_IsDenied() =>
        AssertAllowed(false, Decide(OwnTable, "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/boiler-07"));

    [Theory]
    [InlineData("boiler-07", true)]
    [InlineData("boiler-07|boiler-07", true)]
    [InlineData("boiler-07|boiler-08", false)]
    [InlineData("boiler-08", false)]
    public void SharedTable_LeadingKeys_MustAllBeTheThing(string keys, bool allowed) => AssertAllowed(allowed, Decide(
        SharedTable, "dynamodb:BatchWriteItem", "arn:aws:dynamodb:us-east-1:123456789012:table/readings", _thing, ("dynamodb:LeadingKeys", keys.Split('|'))));

    [Fact]
    public void SharedTable_WithoutThingName_IsDenied() => AssertAllowed(false, Decide(
        SharedTable, "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/readings", ("dynamodb:LeadingKeys", ["boiler-07"])));

    [Theory]
    [InlineData("iot:Connect", "client/boiler-07", true)]
    [InlineData("iot:Connect", "client/boiler-08", false)]
    [InlineData("iot:Publish", "topic/$aws/things/boiler-07/shadow/name/device-agent/update", true)]
    [InlineData("iot:Publish", "topic/$aws/things/boiler-08/shadow/update", false)]
    [InlineData("iot:Subscribe", "topicfilter/$aws/things/boiler-07/jobs/+/get/#", true)]
    [InlineData("iot:Subscribe", "topicfilter/$aws/things/+/jobs/notify", false)]
    public void Mqtt_OwnThing_OnlyItsTopics(string action, string resource, bool allowed) =>
        AssertAllowed(allowed, Decide(Mqtt, action, $"arn:aws:iot:us-east-1:123456789012:{resource}", _mqttThing, _attached));

    [Fact]
    public void Mqtt_PlusAndHash_AreLiteral()
    {
        var policy = Statement("""{"Effect":"Allow","Action":"iot:Subscribe","Resource":"arn:aws:iot:us-east-1:123456789012:topicfilter/site/+/#"}""");

        AssertAllowed(true, Decide(policy, "iot:Subscribe", "arn:aws:iot:us-east-1:123456789012:topicfilter/site/+/#"));
        AssertAllowed(false, Decide(policy, "iot:Subscribe", "arn:aws:iot:us-east-1:123456789012:topicfilter/site/a/b"));
    }

    private static void AssertAllowed(bool allowed, PolicyDecision decision) =>
        Assert.Equal(allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, decision);
}
