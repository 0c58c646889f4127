using System.Collections;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Hosting;

/// <summary>Settings that were written for something else than what reads them are refused by name.</summary>
public sealed class ForeignFormTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);

    public void Dispose() => _device.Dispose();

    [Theory]
    [InlineData("stateDirectory", "\"~/state\"", "is taken as it stands, without a shell")]
    [InlineData("stateDirectory", "\"state \"", "begins or ends with white space")]
    [InlineData("endpoint", "{ \"socket\": \"~/agent.sock\" }", "is taken as it stands, without a shell")]
    [InlineData("endpoint", "{ \"socket\": \"@agent\" }", "is an abstract socket, which is not supported")]
    [InlineData("serialNumber", "\"  \"", "begins or ends with white space")]
    [InlineData("serialNumber", "\"SN1\\n\"", "begins or ends with white space")]
    [InlineData("mqttEndpoint", "\"localhost:8883/\"", "must be a host or host:port")]
    [InlineData("mqttEndpoint", "\"localhost:8883 \"", "must be a host or host:port")]
    [InlineData("mqttEndpoint", "\"localhost:\"", "must be a host or host:port")]
    [InlineData("credentialsEndpoint", "\"localhost:\"", "it is no host or host:port")]
    [InlineData("dynamoDbEndpoint", "\"http://localhost:8000?x=1\"", "has more than scheme, host, port and path")]
    [InlineData("dynamoDbEndpoint", "\"http://localhost:8000/#x\"", "has more than scheme, host, port and path")]
    public void Load_SettingOfAnotherForm_IsRefusedByItsKey(string key, string json, string expected)
    {
        var settings = TestDevice.Valid();
        settings[key] = json;
        _device.WriteConfiguration(settings);
        var errors = Errors();
        Assert.Contains(errors, e => e.Contains(key, StringComparison.Ordinal) && e.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Load_UserInTheEndpoint_IsNotShown()
    {
        var settings = TestDevice.Valid();
        settings["dynamoDbEndpoint"] = "\"http://ann:hunter2@localhost:8000\"";
        _device.WriteConfiguration(settings);
        Assert.Equal("dynamoDbEndpoint = http://localhost:8000: has more than scheme, host, port and path: leave out user, ? and # with what follows", Assert.Single(Errors()));
    }

    [Fact]
    public void Load_NotJson_NamesLineAndColumnAsAnEditorCountsThem()
    {
        _device.WriteText("agent.json", "{\n  \"thingName\": \"x\",\n  # comment\n}\n");
        Assert.EndsWith("not valid JSON: line 3, column 3: '#' is an invalid start of a property name. Expected a '\"'.", Assert.Single(Errors()), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ACsvWithTheColumnOfTheExpiry_IsRefusedBeforeTheFirstRow()
    {
        _device.WriteText("r.csv", "timestamp,expires,temp\n2026-01-05T10:00:00Z,1,2\n");
        var settings = TestDevice.Valid();
        settings["ttl"] = "{ \"attribute\": \"expires\", \"days\": 3 }";
        settings["source"] = "{ \"kind\": \"replay\", \"file\": \"r.csv\" }";
        _device.WriteConfiguration(settings);
        Assert.Contains("the column 'expires' has the name of a key of the table or of its expiry", Assert.Single(Errors()), StringComparison.Ordinal);
    }

    private List<string> Errors()
    {
        try
        {
            AgentConfiguration.LoadOptions(_device.ConfigurationPath, new Hashtable(), []);
            // The endpoint of the credentials is looked at with the identity.
            AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(), []).Identity.Dispose();
            return [];
        }
        catch (ConfigurationException e)
        {
            return [.. e.Errors.Select(error => error.ToString())];
        }
    }
}
