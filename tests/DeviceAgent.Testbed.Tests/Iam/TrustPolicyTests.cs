using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.PolicyDecisions;

namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class TrustPolicyTests
{
    private const string Provider = "credentials.iot.amazonaws.com";
    private const string Alias = "arn:aws:iot:us-east-1:123456789012:rolealias/fleet-ddb";

    [Theory]
    [InlineData("""{"Service":"credentials.iot.amazonaws.com"}""", true)]
    [InlineData("""{"Service":["lambda.amazonaws.com","credentials.iot.amazonaws.com"]}""", true)]
    [InlineData("""{"Service":"iot.amazonaws.com"}""", false)]
    [InlineData("""{"AWS":"123456789012"}""", false)]
    [InlineData("""{"AWS":"arn:aws:iam::123456789012:root","Service":"credentials.iot.amazonaws.com"}""", true)]
    [InlineData("""{"AWS":"*"}""", true)]
    [InlineData("\"*\"", true)]
    public void MayBeAssumedBy_Principal_DecidesWhoMay(string principal, bool expected) =>
        Assert.Equal(expected, Role($$"""{"Effect":"Allow","Principal":{{principal}},"Action":"sts:AssumeRole"}""").MayBeAssumedBy(Provider, Context()));

    [Theory]
    [InlineData("sts:AssumeRole", true)]
    [InlineData("STS:assumerole", true)]
    [InlineData("sts:*", true)]
    [InlineData("sts:TagSession", false)]
    public void MayBeAssumedBy_Action_MustBeAssumeRole(string action, bool expected) =>
        Assert.Equal(expected, Role($$"""{"Effect":"Allow","Principal":{"Service":"{{Provider}}"},"Action":"{{action}}"}""").MayBeAssumedBy(Provider, Context()));

    [Fact]
    public void MayBeAssumedBy_NotPrincipalInDeny_DeniesAllOthers()
    {
        var role = Role("""
            {"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},
            {"Effect":"Deny","NotPrincipal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}
            """);

        Assert.True(role.MayBeAssumedBy(Provider, Context()));
        Assert.False(role.MayBeAssumedBy("iot.amazonaws.com", Context()));
    }

    [Theory]
    [InlineData("123456789012", Alias, true)]
    [InlineData("999999999999", Alias, false)]
    [InlineData("123456789012", "arn:aws:iot:us-east-1:123456789012:rolealias/other", false)]
    [InlineData("123456789012", null, false)]
    public void MayBeAssumedBy_ConfusedDeputyConditions_MustHold(string account, string? sourceArn, bool expected)
    {
        var role = Role("""
            {"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{
              "StringEquals":{"aws:SourceAccount":"123456789012"},
              "ArnLike":{"aws:SourceArn":"arn:aws:iot:*:123456789012:rolealias/fleet-*"}}}
            """);
        (string, string[])[] context = [("aws:sourceaccount", [account])];
        if (sourceArn is not null) context = [.. context, ("aws:SourceArn", [sourceArn])];

        Assert.Equal(expected, role.MayBeAssumedBy(Provider, Context(context)));
    }

    [Theory]
    [InlineData(""" "Effect":"Allow","Action":"sts:AssumeRole" """, "lacks the field \"Principal\"")]
    [InlineData(""" "Effect":"Allow","Principal":"credentials.iot.amazonaws.com","Action":"sts:AssumeRole" """, "must be \"*\" or an object such as")]
    [InlineData(""" "Effect":"Allow","Principal":{},"Action":"sts:AssumeRole" """, "must name at least one principal")]
    [InlineData(""" "Effect":"Allow","Principal":{"service":"x"},"Action":"sts:AssumeRole" """, "unknown field \"service\"")]
    [InlineData(""" "Effect":"Allow","Principal":{"Service":"credentials.iot"},"Action":"sts:AssumeRole" """, "Invalid principal in policy: \"SERVICE\":\"credentials.iot\"")]
    [InlineData(""" "Effect":"Allow","Principal":{"AWS":"1234"},"Action":"sts:AssumeRole" """, "Invalid principal in policy: \"AWS\":\"1234\"")]
    [InlineData(""" "Effect":"Allow","NotPrincipal":"*","Action":"sts:AssumeRole" """, "only with \"Effect\": \"Deny\"")]
    [InlineData(""" "Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*" """, "prohibited field \"Resource\"")]
    [InlineData(""" "Effect":"Allow","Principal":"*","Action":"dynamodb:PutItem" """, "is not an action of STS")]
    public void ParseTrust_BrokenStatement_SaysWhereAndWhat(string fields, string complaint)
    {
        var e = Assert.Throws<PolicyFormatException>(() => PolicyDocument.ParseTrust(Statement($"{{{fields}}}")));

        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
    }

    private static IamRole Role(string statements) =>
        new("r", "arn:aws:iam::123456789012:role/r", "AROAR", PolicyDocument.ParseTrust(Statement(statements)), 3600);
}
