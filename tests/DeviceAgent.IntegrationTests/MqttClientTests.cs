using System.Diagnostics;
using DeviceAgent.Rigs.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>MQTT clients that we did not write, and AWS's own over HTTP, against the testbed's broker.</summary>
public sealed class MqttClientTests : IAsyncLifetime
{
    private const string Policy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"},{"Effect":"Deny","Action":"iot:*","Resource":["arn:aws:iot:us-east-1:123456789012:topic/forbidden/*","arn:aws:iot:us-east-1:123456789012:topicfilter/forbidden/*"]}]}""";

    private TestCloud _cloud = null!;
    private string _folder = "";

    public async Task InitializeAsync()
    {
        _cloud = await TestCloud.StartAsync();
        _folder = Path.Combine(_cloud.Directory, "device");
        _cloud.Cloud.Provision("thermostat-01", _folder);
    }

    public async Task DisposeAsync() => await _cloud.DisposeAsync();

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    [InlineData("mqttv311", "--tls-alpn", "x-amzn-mqtt-ca")]
    [InlineData("mqttv5", "--tls-alpn", "x-amzn-mqtt-ca")]
    public async Task Mosquitto_PubToSub_Arrives(string version, params string[] more)
    {
        AllowEverything();
        // Line by line: it says that it is subscribed before anything is published.
        using var subscriber = Command.Start("stdbuf", ["-oL", "mosquitto_sub", .. Mosquitto("sub", version), .. more, "-d", "-t", "rooms/+/temperature", "-q", "1", "-C", "1", "-W", "60"], null, null);
        subscriber.StandardInput.Close();
        await LineAsync(subscriber, "Subscribed (mid: 1): 1");

        (await Command.RunAsync("mosquitto_pub", [.. Mosquitto("pub", version), .. more, "-t", "rooms/3/temperature", "-m", "21.5", "-q", "1"])).Succeeded();

        await LineAsync(subscriber, "21.5");
        await subscriber.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, subscriber.ExitCode);
    }

    [Theory]
    [InlineData("mqttv311", 5)]
    [InlineData("mqttv5", 135)]
    public async Task Mosquitto_WithTheAgentsPolicyAsAnotherClient_IsNotAuthorized(string version, int exitCode)
    {
        (await Command.RunAsync("mosquitto_sub", [.. Mosquitto("thermostat-01", version), "-t", "$aws/things/thermostat-01/jobs/notify", "-E"])).Succeeded();

        var refused = await Command.RunAsync("mosquitto_pub", [.. Mosquitto("thermostat-02", version), "-t", "a", "-m", "x"]);

        Assert.Equal(exitCode, refused.ExitCode);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5, "x-amzn-mqtt-ca")]
    public async Task JavaScriptClient_AllThatItDoes_Works(int version, string alpn = "")
    {
        AllowEverything();

        var output = (await _cloud.ShellAsync($"node tests/node/mqtt-client.mjs {Port} '{_folder}' {version} {alpn}")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    [Fact]
    public async Task AwsCli_PublishAndEndpoint_ReachTheBroker()
    {
        var output = (await _cloud.ShellAsync(
            """
            aws iot describe-endpoint --endpoint-type iot:Data-ATS --query endpointAddress --output text
            aws iot-data publish --topic rooms/3 --qos 1 --payload fileb://<(printf warm)
            """)).Succeeded();

        Assert.Equal(_cloud.Cloud.DataEndpoint, output.Trim());
    }

    [Fact]
    public async Task Boto3_PublishAndRetained_AnswersAsAws()
    {
        var output = (await _cloud.ShellAsync($"{await Python.WithBoto3Async()} tests/python/iot_data_boto3.py $AWS_ENDPOINT_URL_IOT_DATA_PLANE")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    private string Port => _cloud.Cloud.DataEndpoint.Split(':')[1];

    private void AllowEverything()
    {
        _cloud.Cloud.Registry.Policies.Create("all", Policy);
        _cloud.Cloud.Registry.PolicyTargets.Attach("all", _cloud.Cloud.Registry.Principals.OfThing("thermostat-01").Single().CertificateId);
    }

    private string[] Mosquitto(string clientId, string version) =>
    [
        "-h", "localhost", "-p", Port, "-i", clientId, "-V", version,
        "--cafile", Path.Combine(_folder, "ca.pem"), "--cert", Path.Combine(_folder, "certificate.pem"), "--key", Path.Combine(_folder, "private.key"),
    ];

    private static async Task LineAsync(Process process, string wanted)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (line == wanted) return;
        }

        Assert.Fail($"{process.StartInfo.FileName} ended without '{wanted}': {await process.StandardError.ReadToEndAsync()}");
    }
}
