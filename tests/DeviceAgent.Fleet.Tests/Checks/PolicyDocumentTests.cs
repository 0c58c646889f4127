using DeviceAgent.Fleet.Checks;

namespace DeviceAgent.Fleet.Tests.Checks;

public sealed class PolicyDocumentTests
{
    private const string Action = "iot:AssumeRoleWithCertificate";
    private const string Alias = "arn:aws:iot:us-east-1:123456789012:rolealias/v2";

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"arn:aws:iot:us-east-1:123456789012:rolealias/v2"}""", nameof(PolicySays.Allows))]
    [InlineData("""{"Effect":"Allow","Action":["iot:Connect","iot:Assume*"],"Resource":["x","arn:aws:iot:*:rolealias/*"]}""", nameof(PolicySays.Allows))]
    [InlineData("""{"Effect":"Allow","Action":"iot:AssumeRoleWithCertificate","Resource":"arn:aws:iot:us-east-1:123456789012:rolealias/v"}""", nameof(PolicySays.Nothing))]
    [InlineData("""{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}""", nameof(PolicySays.Nothing))]
    [InlineData("""{"Effect":"Allow","Action":"iot:*","Resource":"*","Condition":{"Bool":{"iot:Connection.Thing.IsAttached":"true"}}}""", nameof(PolicySays.MayAllow))]
    [InlineData("""{"Effect":"Allow","Action":"iot:*","Resource":"arn:aws:iot:us-east-1:123456789012:rolealias/${iot:Connection.Thing.Attributes[alias]}"}""", nameof(PolicySays.MayAllow))]
    public void Decide_OneStatement(string statement, string says) => Assert.Equal(Enum.Parse<PolicySays>(says), PolicyDocument.Decide([Document(statement)], Action, Alias));

    [Fact]
    public void Decide_DenialInAnotherPolicy_Wins() => Assert.Equal(
        PolicySays.Denies, PolicyDocument.Decide([Document("""{"Effect":"Allow","Action":"*","Resource":"*"}"""), Document("""{"Effect":"Deny","Action":"iot:*","Resource":"*/v2"}""")], Action, Alias));

    [Fact]
    public void Decide_NotADocument_SaysNothing() => Assert.Equal(PolicySays.Nothing, PolicyDocument.Decide(["", "[]", "{}"], Action, Alias));

    [Theory]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","credentials.iot.amazonaws.com"]},"Action":["sts:AssumeRole"]}""", true)]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},"Action":"sts:AssumeRole"}""", false)]
    [InlineData("""{"Effect":"Deny","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"}""", false)]
    [InlineData("""{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}""", false)]
    public void Trusts_TheService(string statement, bool trusts) => Assert.Equal(trusts, PolicyDocument.Trusts(Document(statement), "credentials.iot.amazonaws.com"));

    private static string Document(string statement) => $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""";
}
