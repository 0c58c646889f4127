using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.PolicyDecisions;

namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class PolicyEvaluatorTests
{
    private const string Table = "arn:aws:dynamodb:us-east-1:123456789012:table/t";
    private const string AllowAll = """{"Effect":"Allow","Action":"*","Resource":"*"}""";

    [Fact]
    public void Evaluate_NoPolicies_IsImplicitDeny() =>
        Assert.Equal(PolicyDecision.ImplicitDeny, PolicyEvaluator.Evaluate([], new PolicyRequest("a:B", "*", Context())));

    [Theory]
    [InlineData("\"Action\":\"dynamodb:PutItem\"", true)]
    [InlineData("\"Action\":\"DYNAMODB:putITEM\"", true)]
    [InlineData("\"Action\":\"dynamodb:*\"", true)]
    [InlineData("\"Action\":\"dynamodb:Put????\"", true)]
    [InlineData("\"Action\":\"*\"", true)]
    [InlineData("\"Action\":\"*:PutItem\"", true)]
    [InlineData("\"Action\":[\"dynamodb:GetItem\",\"dynamodb:PutItem\"]", true)]
    [InlineData("\"Action\":\"dynamodb:Put\"", false)]
    [InlineData("\"Action\":\"iot:*\"", false)]
    [InlineData("\"NotAction\":\"dynamodb:PutItem\"", false)]
    [InlineData("\"NotAction\":[\"iot:*\",\"dynamodb:Put*\"]", false)]
    [InlineData("\"NotAction\":\"dynamodb:Delete*\"", true)]
    public void Evaluate_ActionElement_DecidesByAction(string element, bool allowed)
    {
        var policy = Statement($$"""{"Effect":"Allow",{{element}},"Resource":"*"}""");

        Assert.Equal(allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, Decide(policy, "dynamodb:PutItem", Table));
    }

    [Theory]
    [InlineData("\"Resource\":\"*\"", true)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/t\"", true)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/T\"", false)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:*\"", true)]
    [InlineData("\"Resource\":\"arn:*/t\"", true)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/?\"", true)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/t/index/*\"", false)]
    [InlineData("\"Resource\":[\"arn:aws:s3:::b\",\"arn:aws:dynamodb:*:*:table/t\"]", true)]
    [InlineData("\"NotResource\":\"arn:aws:dynamodb:*\"", false)]
    [InlineData("\"NotResource\":\"arn:aws:s3:::b\"", true)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/${no:Such}\"", false)]
    [InlineData("\"Resource\":\"arn:aws:dynamodb:us-east-1:123456789012:table/${no:Such, 't'}\"", true)]
    public void Evaluate_ResourceElement_DecidesByResource(string element, bool allowed)
    {
        var policy = Statement($$"""{"Effect":"Allow","Action":"*",{{element}}}""");

        Assert.Equal(allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, Decide(policy, "dynamodb:PutItem", Table));
    }

    [Fact]
    public void Evaluate_DenyBesideAllow_DenyWinsInEitherOrder()
    {
        const string deny = """{"Effect":"Deny","Action":"dynamodb:Put*","Resource":"*"}""";

        Assert.Equal(PolicyDecision.ExplicitDeny, Decide(Statement($"{AllowAll},{deny}"), "dynamodb:PutItem", Table));
        Assert.Equal(PolicyDecision.ExplicitDeny, Decide(Statement($"{deny},{AllowAll}"), "dynamodb:PutItem", Table));
        Assert.Equal(PolicyDecision.Allow, Decide(Statement($"{deny},{AllowAll}"), "dynamodb:GetItem", Table));
    }

    [Fact]
    public void Evaluate_DenyInAnotherPolicy_Wins()
    {
        PolicyDocument[] policies =
        [
            PolicyDocument.Parse(Statement(AllowAll)),
            PolicyDocument.Parse(Statement("""{"Effect":"Deny","Action":"*","Resource":"*"}""")),
        ];

        Assert.Equal(PolicyDecision.ExplicitDeny, PolicyEvaluator.Evaluate(policies, new PolicyRequest("a:B", "*", Context())));
    }

    [Fact]
    public void Evaluate_DenyOnEverythingButOwnResource_HoldsWhenTheVariableIsMissing()
    {
        var policy = Statement(AllowAll + """,{"Effect":"Deny","Action":"*","NotResource":"arn:aws:dynamodb:*:*:table/${credentials-iot:ThingName}"}""");

        Assert.Equal(PolicyDecision.ExplicitDeny, Decide(policy, "dynamodb:PutItem", Table));
        Assert.Equal(PolicyDecision.Allow, Decide(policy, "dynamodb:PutItem", Table, ("credentials-iot:ThingName", ["t"])));
    }

    [Theory]
    [InlineData("2012-10-17", true)]
    [InlineData("2008-10-17", false)]
    public void Evaluate_Version_DecidesWhetherVariablesAreVariables(string version, bool allowed)
    {
        var policy = Statement("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${a:Key}"}""", version);

        Assert.Equal(allowed ? PolicyDecision.Allow : PolicyDecision.ImplicitDeny, Decide(policy, "dynamodb:PutItem", Table, ("a:Key", ["t"])));
    }

    [Fact]
    public void Evaluate_NoVersion_IsTheOldOneWithoutVariables()
    {
        const string policy = """{"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${a:Key}"}}""";

        Assert.Equal(PolicyDecision.ImplicitDeny, Decide(policy, "s3:GetObject", "arn:aws:s3:::t", ("a:Key", ["t"])));
        Assert.Equal(PolicyDecision.Allow, Decide(policy, "s3:GetObject", "arn:aws:s3:::${a:Key}"));
    }

    [Fact]
    public void Evaluate_StarInAContextValue_WidensNothing()
    {
        var policy = Statement("""{"Effect":"Allow","Action":"*","Resource":"arn:aws:dynamodb:*:*:table/${credentials-iot:ThingName}"}""");

        Assert.Equal(PolicyDecision.ImplicitDeny, Decide(policy, "dynamodb:PutItem", Table, ("credentials-iot:ThingName", ["*"])));
    }

    [Fact]
    public void Evaluate_SeveralConditions_AllMustHold()
    {
        var policy = Statement("""
            {"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"a:X":"1","a:Y":"2"},"Bool":{"a:Z":"true"}}}
            """);

        Assert.Equal(PolicyDecision.Allow, Decide(policy, "a:B", "*", ("a:X", ["1"]), ("a:Y", ["2"]), ("a:Z", ["true"])));
        Assert.Equal(PolicyDecision.ImplicitDeny, Decide(policy, "a:B", "*", ("a:X", ["1"]), ("a:Y", ["3"]), ("a:Z", ["true"])));
        Assert.Equal(PolicyDecision.ImplicitDeny, Decide(policy, "a:B", "*", ("a:X", ["1"]), ("a:Y", ["2"]), ("a:Z", ["false"])));
    }
}
