using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Mqtt;
using DeviceAgent.Rigs.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.IntegrationTests.Control;

/// <summary>The agent as a process at a broker that is not ours: mosquitto with mutual TLS, behind which this test plays shadow and jobs.</summary>
public class MosquittoTests
{
    private const string Thing = "thermostat-01";
    private const string Shadow = $"$aws/things/{Thing}/shadow/name/device-agent";
    private const string StartNext = $"$aws/things/{Thing}/jobs/start-next";

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Agent_AtMosquitto_AppliesTheDesiredStateAndReportsIt(string protocol)
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var (plain, secure) = (FreePort.Next(), FreePort.Next());
        using var mosquitto = await StartAsync(cloud, plain, secure);
        try
        {
            var reported = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var service = new MqttClient(
                new MqttClientOptions { Host = "127.0.0.1", Port = plain, Tls = null, ClientId = "service" }, TimeProvider.System, NullLogger<MqttClient>.Instance);
            service.MessageReceivedAsync += (message, token) => AnswerAsync(service, message, reported, token);
            await service.ConnectAsync();
            await service.SubscribeAsync([new($"{Shadow}/get"), new($"{Shadow}/update"), new(StartNext)]);

            await using var agent = RunningAgent.Run(configuration, $"mqttEndpoint=localhost:{secure}", $"control.protocol={protocol}");
            try
            {
                Assert.Equal(9, (int)(await reported.Task.WaitAsync(RunningAgent.Patience))["upload"]!["batchSize"]!);
            }
            catch (TimeoutException)
            {
                Assert.Fail(agent.Output);
            }

            await agent.WaitForOutputAsync("Change settings by shadow 1: applied");
            Assert.Equal(0, await agent.TerminateAsync());
        }
        finally
        {
            mosquitto.Kill();
            await mosquitto.WaitForExitAsync();
        }
    }

    /// <summary>As the services would: a desired batch size of 9, every report accepted, no jobs.</summary>
    private static async Task AnswerAsync(MqttClient service, MqttMessage message, TaskCompletionSource<JsonNode> reported, CancellationToken cancellationToken)
    {
        var request = JsonNode.Parse(message.Payload.Span)!;
        var answer = message.Topic switch
        {
            $"{Shadow}/get" => JsonNode.Parse("""{"version":1,"timestamp":1,"state":{"desired":{"upload":{"batchSize":9}}},"metadata":{"desired":{"upload":{"batchSize":{"timestamp":1}}}}}""")!,
            $"{Shadow}/update" => new JsonObject { ["version"] = 2, ["timestamp"] = 2, ["state"] = request["state"]!.DeepClone() },
            _ => new JsonObject { ["timestamp"] = 1 },
        };
        answer["clientToken"] = request["clientToken"]!.DeepClone();
        await service.PublishAsync(new MqttMessage($"{message.Topic}/accepted", Encoding.UTF8.GetBytes(answer.ToJsonString())), cancellationToken);
        if (request["state"]?["reported"] is { } state && (int?)state["upload"]?["batchSize"] == 9) reported.TrySetResult(state);
    }

    /// <summary>With the server's certificate of the testbed, which the device trusts, and only for certificates of its CA.</summary>
    private static async Task<Process> StartAsync(TestCloud cloud, int plain, int secure)
    {
        // The certificate is made for the first who asks.
        await cloud.ShellAsync($"curl -sk https://{cloud.Cloud.CredentialsEndpoint}/ || true");
        var certificates = Path.Combine(cloud.Directory, "cloud", "certificates");
        var configuration = Path.Combine(cloud.Directory, "mosquitto.conf");
        await File.WriteAllTextAsync(configuration, $"""
            user root
            persistence false
            log_dest stderr
            allow_anonymous true
            listener {plain} 127.0.0.1
            listener {secure} 127.0.0.1
            cafile {certificates}/ca.pem
            certfile {certificates}/server.pem
            keyfile {certificates}/server.key
            require_certificate true
            """);
        var process = Command.Start(File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto", ["-c", configuration], null, null);
        while (await process.StandardError.ReadLineAsync().WaitAsync(RunningAgent.Patience) is { } line)
        {
            if (!line.EndsWith(" running", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return process;
        }

        Assert.Fail($"mosquitto ended with exit code {process.ExitCode}");
        return process;
    }
}
