using System.Collections;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Settings;

public class SdkSettingsTests
{
    [Fact]
    public void Changes_VariablesOfTheSdk_AreTakenAwayAndItsFilesAreEmpty()
    {
        var changes = SdkSettings.Changes(new Hashtable
        {
            ["AWS_DEFAULTS_MODE"] = "nonsense",
            ["AWS_CONFIG_FILE"] = "/home/pi/.aws/config",
            ["aws_region"] = "x",
            ["AWSOME"] = "stays",
            ["HOME"] = "/home/pi",
        }).ToDictionary();

        Assert.Equal(["AWS_CONFIG_FILE", "AWS_DEFAULTS_MODE", "AWS_SHARED_CREDENTIALS_FILE", "aws_region"], changes.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("/dev/null", "/dev/null"), (changes["AWS_CONFIG_FILE"], changes["AWS_SHARED_CREDENTIALS_FILE"]));
        Assert.Null(changes["AWS_DEFAULTS_MODE"]);
    }

    [Fact]
    public void Changes_TheEndpointThatIsTheAgentsToo_Stays() =>
        Assert.DoesNotContain(SdkSettings.Changes(new Hashtable { ["AWS_ENDPOINT_URL_DYNAMODB"] = "http://localhost:8000" }), c => c.Key == SdkSettings.EndpointVariable);

    [Fact]
    public void Changes_AnEmptyEndpoint_IsTakenAway_BecauseTheSdkWouldFailOnIt() =>
        Assert.Contains(SdkSettings.Changes(new Hashtable { ["AWS_ENDPOINT_URL_DYNAMODB"] = "" }), c => c.Key == SdkSettings.EndpointVariable && c.Value is null);
}
