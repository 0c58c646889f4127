using System.Text.Json.Nodes;
using DeviceAgent.Local;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Local;

public sealed class PageOptionsTests
{
    [Theory]
    [InlineData("{}", false, null, "")]
    [InlineData("""{"page":true}""", true, null, "")]
    [InlineData("""{"pagePort":8470}""", true, 8470, "")]
    [InlineData("""{"pagePort":8470,"port":8470}""", true, 8470, "pagePort = 8470: is endpoint.port already; the page needs a port of its own, because that one refuses browsers")]
    [InlineData("""{"page":true,"socket":"off"}""", true, null, "page = true: the page would be on the socket, which is off: set endpoint.pagePort instead")]
    [InlineData("""{"pagePort":0}""", true, 0, "pagePort = 0: must be a whole number from 1 to 65535")]
    public void Read_PageKeys_AreCheckedTogether(string json, bool hasPage, int? port, string problem)
    {
        var errors = new List<ConfigurationError>();
        var options = EndpointOptions.Read(new SettingsReader("", [new SettingsLayer(null, JsonNode.Parse(json)!.AsObject())], "/", errors), "/var/lib/x");
        Assert.Equal((hasPage, port), (options.HasPage, options.PagePort));
        Assert.Equal(problem, string.Join('\n', errors));
    }

    [Fact]
    public void Read_CredentialsOnThePagesPort_IsRefused()
    {
        var errors = new List<ConfigurationError>();
        LocalCredentialsOptions.Read(new SettingsReader("credentials", [new SettingsLayer(null, JsonNode.Parse("""{"port":8470}""")!.AsObject())], "/", errors), "/var/lib/x", null, 8470);
        Assert.Contains("is endpoint.pagePort already", Assert.Single(errors).Problem, StringComparison.Ordinal);
    }
}
