using System.Text.Json;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests;

/// <summary>AWS's own clients, unmodified, against the testbed.</summary>
public sealed class AwsClientTests
{
    [Fact]
    public async Task JavaScriptSdk_EveryOperation_AnswersAsDynamoDb()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync("NODE_NO_WARNINGS=1 node tests/node/dynamodb.mjs from-javascript")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    [Fact]
    public async Task Boto3_TablesAndItems_AnswersAsDynamoDb()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync($"{await Python.WithBoto3Async()} tests/python/dynamodb_boto3.py $AWS_ENDPOINT_URL_DYNAMODB from-boto3")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    [Fact]
    public async Task JavaScriptSdk_OneFlippedByteAnywhere_IsRefusedWithTheRightError()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync();
        var credentials = await DeviceCredentials.FetchAsync(cloud, "thermostat-01");

        var output = (await cloud.ShellAsync($"{credentials.Exports()}\nNODE_NO_WARNINGS=1 node tests/node/flipped-bytes.mjs thermostat-01")).Succeeded();

        var refusals = JsonDocument.Parse(output).RootElement;
        Assert.Equal(64, refusals.GetProperty("signature InvalidSignatureException").GetInt32());
        Assert.Equal(20, refusals.GetProperty("access key UnrecognizedClientException").GetInt32());
        Assert.True(refusals.GetProperty("body InvalidSignatureException").GetInt32() > 100, output);
        Assert.True(refusals.GetProperty("x-amz-security-token UnrecognizedClientException").GetInt32() > 100, output);
        Assert.True(refusals.GetProperty("x-amz-date InvalidSignatureException").GetInt32() > 0, output);
    }

    [Fact]
    public async Task AwsCli_ScanThroughEnvFile_ReadsWhatWasWritten()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync();

        var output = (await cloud.ShellAsync(
            """
            ddb() { aws dynamodb "$@"; }
            ddb put-item --table-name thermostat-01 --item '{"serial_number":{"S":"SN1"},"timestamp":{"S":"2026-03-01T12:00:00.000Z"},"temperature":{"N":"21.50"}}'
            ddb scan --table-name thermostat-01 --query 'Items[0].temperature.N' --output text
            ddb list-tables --query 'TableNames' --output text
            """)).Succeeded();

        Assert.Equal("21.5\nthermostat-01\n", output);
    }

    [Fact]
    public async Task Console_Status_NamesTheDevices()
    {
        await using var cloud = await TestCloud.StartAsync();
        using var http = new HttpClient();

        var status = JsonDocument.Parse(await http.GetStringAsync(new Uri(cloud.Cloud.Host.Url(Listener.Console), "/status")));

        Assert.Equal(JsonValueKind.Array, status.RootElement.GetProperty("devices").ValueKind);
    }
}
