using DeviceAgent.Testbed.Iam;
using static DeviceAgent.Testbed.Tests.Iam.PolicyDecisions;

namespace DeviceAgent.Testbed.Tests.Iam;

public sealed class PolicyDocumentTests
{
    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{} x", "not valid JSON")]
    [InlineData("[]", "policy: must be an object, not an array")]
    [InlineData("null", "policy: must be an object, not null")]
    [InlineData("{}", "policy: lacks the field \"Statement\"")]
    [InlineData("""{"Statement":[]}""", "policy.Statement: must hold at least one statement")]
    [InlineData("""{"Statement":"x"}""", "policy.Statement: must be an object, not a text")]
    [InlineData("""{"Statement":[5]}""", "policy.Statement[0]: must be an object, not a number")]
    [InlineData("""{"Version":"2012-10-18","Statement":[]}""", "policy.Version: must be \"2012-10-17\"")]
    [InlineData("""{"Version":2012,"Statement":[]}""", "policy.Version: must be a text, not a number")]
    [InlineData("""{"Version":"2012-10-17","Version":"2012-10-17","Statement":[]}""", "not valid JSON")]
    [InlineData("""{"Id":7,"Statement":[]}""", "policy.Id: must be a text")]
    [InlineData("""{"statement":[]}""", "unknown field \"statement\"; known are Version, Id, Statement")]
    [InlineData("""{"Statement":{"Effect":"Allow","Action":"*","Resource":"\ud800"}}""", "not valid Unicode")]
    public void Parse_BrokenDocument_SaysWhereAndWhat(string json, string complaint) => AssertRejects(json, complaint);

    [Theory]
    [InlineData(""" "Action":"*","Resource":"*" """, "lacks the field \"Effect\"")]
    [InlineData(""" "Effect":"allow","Action":"*","Resource":"*" """, "Effect: must be \"Allow\" or \"Deny\", not \"allow\"")]
    [InlineData(""" "Effect":["Allow"],"Action":"*","Resource":"*" """, "Effect: must be a text, not an array")]
    [InlineData(""" "Effect":"Allow","Resource":"*" """, "lacks the field \"Action\" (or \"NotAction\")")]
    [InlineData(""" "Effect":"Allow","Action":"a:B","NotAction":"a:C","Resource":"*" """, "both \"Action\" and \"NotAction\"")]
    [InlineData(""" "Effect":"Allow","Action":[],"Resource":"*" """, "Action: must not be empty")]
    [InlineData(""" "Effect":"Allow","Action":"PutItem","Resource":"*" """, "\"PutItem\" must be \"*\" or carry the name of its service")]
    [InlineData(""" "Effect":"Allow","Action":["a:B",null],"Resource":"*" """, "Action[1]: must be a text, not null")]
    [InlineData(""" "Effect":"Allow","Action":"*" """, "lacks the field \"Resource\" (or \"NotResource\")")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"*","NotResource":"*" """, "both \"Resource\" and \"NotResource\"")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"table/x" """, "Resource: \"table/x\" must be in ARN format or \"*\"")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"arn:@PARTITION@:dynamodb:us-east-1:1:table/x" """, "Resource: Partition \"@PARTITION@\" is not valid for resource \"arn:@PARTITION@:")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"arn:${x" """, "Resource: the policy variable that begins with \"${x\" has no closing")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"*","Principal":"*" """, "prohibited field \"Principal\"")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"*","NotPrincipal":"*" """, "prohibited field \"NotPrincipal\"")]
    [InlineData(""" "Effect":"Allow","Action":"*","Resource":"*","Extra":1 """, "unknown field \"Extra\"")]
    [InlineData(""" "Sid":1,"Effect":"Allow","Action":"*","Resource":"*" """, "Sid: must be a text")]
    public void Parse_BrokenStatement_SaysWhereAndWhat(string fields, string complaint) => AssertRejects(Statement($"{{{fields}}}"), complaint);

    [Theory]
    [InlineData("""[]""", "Condition: must be an object, not an array")]
    [InlineData("""{"StringIs":{"a:B":"c"}}""", "\"StringIs\" is not a condition operator; known are ArnEquals")]
    [InlineData("""{"stringEquals":{"a:B":"c"}}""", "\"stringEquals\" is not a condition operator")]
    [InlineData("""{"ForSomeValues:StringEquals":{"a:B":"c"}}""", "is not a condition operator")]
    [InlineData("""{"NullIfExists":{"a:B":"true"}}""", "is not a condition operator")]
    [InlineData("""{"StringEquals":"a"}""", "StringEquals: must be an object")]
    [InlineData("""{"StringEquals":{"key":"c"}}""", "\"key\" must carry the name of its service")]
    [InlineData("""{"StringEquals":{"a:B":[]}}""", "a:B: must not be empty")]
    [InlineData("""{"StringEquals":{"a:B":{}}}""", "a:B: must be a text, not an object")]
    [InlineData("""{"StringEquals":{"a:B":"${"}}""", "no closing")]
    [InlineData("""{"NumericEquals":{"a:B":"ten"}}""", "a:B: \"ten\" is not a number")]
    [InlineData("""{"DateLessThan":{"a:B":"01/02/2026"}}""", "a:B: \"01/02/2026\" is not a date")]
    [InlineData("""{"Bool":{"a:B":"yes"}}""", "a:B: \"yes\" is not \"true\" or \"false\"")]
    [InlineData("""{"BinaryEquals":{"a:B":"%"}}""", "is not base64 text")]
    [InlineData("""{"IpAddress":{"a:B":"10.0.0.0/33"}}""", "is not an IP address or a range")]
    [InlineData("""{"IpAddress":{"a:B":"10.0.0.0/"}}""", "is not an IP address or a range")]
    [InlineData("""{"IpAddress":{"a:B":"ten"}}""", "is not an IP address or a range")]
    [InlineData("""{"Null":{"a:B":"maybe"}}""", "must be \"true\" (the key is absent) or \"false\"")]
    public void Parse_BrokenCondition_SaysWhereAndWhat(string condition, string complaint) =>
        AssertRejects(Statement($$"""{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{condition}}}"""), complaint);

    [Fact]
    public void Parse_TwoStatementsWithOneSid_IsRejected() => AssertRejects(
        Statement("""{"Sid":"A","Effect":"Allow","Action":"*","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"*","Resource":"*"}"""),
        "two statements with the Sid \"A\"");

    [Fact]
    public void Parse_CompleteDocument_KeepsItsText()
    {
        const string json = """
            {"Version":"2012-10-17","Id":"x","Statement":{"Sid":"A","Effect":"Deny","NotAction":["a:B"],"NotResource":["arn:aws:s3:::b"],"Condition":{}}}
            """;

        var document = PolicyDocument.Parse(json);

        Assert.Equal(json, document.Text);
        Assert.Equal("A", Assert.Single(document.Statements).Sid);
    }

    private static void AssertRejects(string json, string complaint) =>
        Assert.Contains(complaint, Assert.Throws<PolicyFormatException>(() => PolicyDocument.Parse(json)).Message, StringComparison.Ordinal);
}
