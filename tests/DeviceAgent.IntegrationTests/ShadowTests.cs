using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;

namespace DeviceAgent.IntegrationTests;

/// <summary>An operator and a device at the same shadow: AWS's own clients over HTTP, mosquitto's over MQTT.</summary>
public sealed class ShadowTests
{
    [Fact]
    public async Task Boto3_EveryOperation_AnswersAsTheService()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync($"{await Python.WithBoto3Async()} tests/python/shadow_boto3.py $AWS_ENDPOINT_URL_IOT_DATA_PLANE boiler-07")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    /// <summary>What the operator writes over HTTP comes to the device that subscribed with its certificate.</summary>
    [Fact]
    public async Task AwsCli_UpdateThingShadow_ReachesTheDevice()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero } });
        await cloud.DeviceAsync();
        var device = Path.Combine(cloud.Directory, "things", "thermostat-01");
        const string script =
            """
            data() { aws iot-data "$@" --thing-name thermostat-01; }
            delta() { mosquitto_sub -V mqttv311 -c -i thermostat-01 -q 1 -h localhost -p $PORT --cafile ca.pem --cert certificate.pem --key private.key -t '$aws/things/thermostat-01/shadow/name/device-agent/update/delta' "$@"; }
            delta -E
            printf '{"state":{"desired":{"roleAlias":"next"}}}' >desired.json
            data update-thing-shadow --shadow-name device-agent --payload fileb://desired.json accepted.json >/dev/null
            delta -C 1 -W 30 | grep -o '"state":{"roleAlias":"next"}'
            data get-thing-shadow --shadow-name device-agent shadow.json >/dev/null
            grep -o '"delta":{"roleAlias":"next"}' shadow.json
            data list-named-shadows-for-thing --query results --output text
            data delete-thing-shadow --shadow-name device-agent deleted.json >/dev/null
            grep -o '"version":1' deleted.json
            """;

        var output = (await cloud.ShellAsync($"export PORT={cloud.Cloud.DataEndpoint.Split(':')[1]}\n{script}", device)).Succeeded();

        Assert.Equal("\"state\":{\"roleAlias\":\"next\"}\n\"delta\":{\"roleAlias\":\"next\"}\ndevice-agent\n\"version\":1\n", output);
    }
}
