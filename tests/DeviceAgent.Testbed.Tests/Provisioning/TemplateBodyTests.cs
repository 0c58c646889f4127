using DeviceAgent.Testbed.Provisioning.Templates;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.Testbed.Tests.Provisioning;

public sealed class TemplateBodyTests
{
    public const string Certificate = """{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"},"Status":"Active"}}""";

    /// <summary>The example of AWS's guide, without the billing group, which the testbed does not have.</summary>
    [Fact]
    public void Accepts_TheGuidesExample()
    {
        var body = TemplateBody.Parse(
            """
            {"Parameters":{"SerialNumber":{"Type":"String"},"DeviceLocation":{"Type":"String","Default":"Seattle"}},
             "Mappings":{"LocationTable":{"Seattle":{"LocationUrl":"https://example.aws"}}},
             "Resources":{
               "thing":{"Type":"AWS::IoT::Thing",
                 "Properties":{"ThingName":{"Ref":"SerialNumber"},"AttributePayload":{"version":"v1","serialNumber":{"Ref":"SerialNumber"}},"ThingTypeName":{"Fn::Join":["",["ThingPrefix_",{"Ref":"SerialNumber"}]]},"ThingGroups":["v1-lightbulbs","WA"]},
                 "OverrideSettings":{"AttributePayload":"MERGE","ThingTypeName":"REPLACE","ThingGroups":"DO_NOTHING"}},
               "certificate":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":{"Ref":"AWS::IoT::Certificate::Id"},"Status":"Active"},"OverrideSettings":{"Status":"DO_NOTHING"}},
               "policy":{"Type":"AWS::IoT::Policy","Properties":{"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iot:Publish"],"Resource":["arn:aws:iot:us-east-1:123456789012:topic/foo/bar"]}]}}}},
             "DeviceConfiguration":{"FallbackUrl":"https://www.example.com/test-site","LocationUrl":{"Fn::FindInMap":["LocationTable",{"Ref":"DeviceLocation"},"LocationUrl"]}}}
            """);

        Assert.Equal((OverrideSetting.Merge, OverrideSetting.Replace), (body.Thing!.AttributesOverride, body.Thing.ThingTypeOverride));
        Assert.Equal(OverrideSetting.DoNothing, body.Certificate.StatusOverride);
        Assert.Equal([("SerialNumber", null), ("DeviceLocation", "Seattle")], body.Parameters.Select(p => (p.Key, p.Value)));
        Assert.Single(body.Policies);
    }

    [Theory]
    [InlineData("", "templateBody must have 1 to 10240 bytes")]
    [InlineData("{", "templateBody is not JSON")]
    [InlineData("[]", "templateBody must be a JSON object")]
    [InlineData("{}", "The template needs Resources")]
    [InlineData("""{"Resources":{}}""", "Resources needs one AWS::IoT::Certificate; it has 0")]
    [InlineData("""{"Resources":{"c":CERT,"d":CERT}}""", "Resources needs one AWS::IoT::Certificate; it has 2")]
    [InlineData("""{"Resources":{"c":CERT},"Outputs":{}}""", "The template has Outputs")]
    [InlineData("""{"Resources":{"c":CERT,"x":{"Type":"AWS::S3::Bucket","Properties":{}}}}""", "Resources.x.Type must be AWS::IoT::Thing")]
    [InlineData("""{"Resources":{"c":CERT,"t":{"Type":"AWS::IoT::Thing"}}}""", "Resources.t needs Properties")]
    [InlineData("""{"Resources":{"c":CERT,"t":{"Type":"AWS::IoT::Thing","Properties":{}}}}""", "Resources.t needs ThingName")]
    [InlineData("""{"Resources":{"c":CERT,"t":{"Type":"AWS::IoT::Thing","Properties":{"ThingName":"a","BillingGroup":"b"}}}}""", "Resources.t.Properties has BillingGroup")]
    [InlineData("""{"Resources":{"c":CERT,"t":{"Type":"AWS::IoT::Thing","Properties":{"ThingName":"a"},"OverrideSettings":{"ThingTypeName":"MERGE"}}}}""", "ThingTypeName must be DO_NOTHING, REPLACE, or FAIL")]
    [InlineData("""{"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateId":"abc"}}}}""", "needs \"CertificateId\": {\"Ref\": \"AWS::IoT::Certificate::Id\"}")]
    [InlineData("""{"Resources":{"c":{"Type":"AWS::IoT::Certificate","Properties":{"CertificateSigningRequest":"abc"}}}}""", "in fleet provisioning a certificate is named by CertificateId only")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{}}}}""", "Resources.p needs PolicyName or PolicyDocument, and not both")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":"a","PolicyDocument":"{}"}}}}""", "Resources.p needs PolicyName or PolicyDocument, and not both")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":"a"},"OverrideSettings":{"Status":"FAIL"}}}}""", "a policy cannot have")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":{"Ref":"Nobody"}}}}}""", "refers to \"Nobody\", which is not in Parameters")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":{"Fn::GetAtt":"x"}}}}}""", "has Fn::GetAtt: functions are Ref, Fn::Join")]
    [InlineData("""{"Resources":{"c":CERT,"p":{"Type":"AWS::IoT::Policy","Properties":{"PolicyName":{"Fn::Sub":"x","Ref":"y"}}}}}""", "each alone in its object")]
    [InlineData("""{"Resources":{"c":CERT},"DeviceConfiguration":{"a":{"Fn::FindInMap":["M","x","y"]}}}""", "looks into the map M, which is not in Mappings")]
    [InlineData("""{"Resources":{"c":CERT},"Mappings":{"M":{"x":{"y":{"Ref":"P"}}}}}""", "Mappings.M must hold plain values")]
    [InlineData("""{"Resources":{"c":CERT},"Mappings":{"M":{"x":"y"}}}""", "Mappings.M must be an object of objects")]
    [InlineData("""{"Resources":{"c":CERT},"Parameters":{"P":{"Type":"Number"}}}""", "Parameters.P.Type must be String")]
    [InlineData("""{"Resources":{"c":CERT},"Parameters":{"P":{"Type":"String","Default":5}}}""", "Parameters.P.Default must be a string")]
    public void Rejects_BadTemplate_SayingWhere(string body, string message)
    {
        var refusal = Assert.Throws<RegistryException>(() => TemplateBody.Parse(body.Replace("CERT", Certificate)));

        Assert.Equal(("InvalidRequestException", 400), (refusal.Type, refusal.StatusCode));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Size_AtItsLimit(int over, bool good)
    {
        var body = $$"""{"Resources":{"c":{{Certificate}}} }""";
        body += new string(' ', (10 * 1024) - body.Length + over);

        if (good) TemplateBody.Parse(body);
        else Assert.Throws<RegistryException>(() => TemplateBody.Parse(body));
    }
}
