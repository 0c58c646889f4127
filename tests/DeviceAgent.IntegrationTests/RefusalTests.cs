using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Demo;
using DeviceAgent.Testbed.Faults;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.IntegrationTests;

/// <summary>Every way in which the credentials provider refuses comes out of the agent under its own name, with its own remedy.</summary>
public sealed class RefusalTests
{
    /// <summary>A row of the matrix: what the operator or the cloud did wrong, what the agent must say of it, and what it must advise.</summary>
    public static TheoryData<string, string, string, string> Rows() => new()
    {
        { "certificate unknown, TLS", "faults unregisteredCertificate tls\nunregister", "refused the device's certificate", "aws iot describe-certificate" },
        { "certificate unknown", "unregister", "Certificate is invalid on this endpoint", "aws iot register-certificate-without-ca" },
        { "certificate inactive", "aws iot update-certificate --certificate-id $ID --new-status INACTIVE", "Certificate is invalid on this endpoint", "--new-status ACTIVE" },
        { "thing not attached", "aws iot detach-thing-principal --thing-name thermostat-01 --principal $ARN", "Invalid thing name passed", "aws iot attach-thing-principal --thing-name thermostat-01" },
        { "policy missing", "for p in $(aws iot list-attached-policies --target $ARN --query 'policies[].policyName' --output text); do aws iot detach-policy --policy-name $p --target $ARN; done", "Access Denied", "iot:AssumeRoleWithCertificate" },
        { "alias missing", "aws iot delete-role-alias --role-alias device-agent", "Role alias does not exist", "aws iot create-role-alias --role-alias device-agent" },
        { "role not assumable", "aws iam update-assume-role-policy --role-name device-agent-telemetry --policy-document '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}'", "Unable to assume the role", "credentials.iot.amazonaws.com" },
        { "duration too long", "aws iam update-role --role-name device-agent-telemetry --max-session-duration 3600; aws iot update-role-alias --role-alias device-agent --credential-duration-seconds 7200", "MaxSessionDuration", "aws iot update-role-alias --role-alias device-agent --credential-duration-seconds 3600" },
        { "quota", "faults credentials '{\"status\":429}'", "limits the rate of requests", "aws service-quotas" },
        { "service fault", "faults credentials '{\"status\":503}'", "has a fault (503", "AWS support the request id" },
        { "malformed answer", "faults credentials '{\"body\":\"malformed\"}'", "is not the JSON that it should be", "check for a proxy" },
        { "oversized answer", "faults credentials '{\"body\":\"oversize\"}'", "is larger than 64 KiB", "check for a proxy" },
        { "expired answer", "faults credentials '{\"body\":\"expired\"}'", "expired already", "caching proxy" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Agent_Refused_NamesCauseAndRemedy(string row, string wrong, string message, string remedy)
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        (await cloud.ShellAsync(
            $$"""
            faults() { curl -fsS -X PUT -d "{\"$1\":$(case $2 in {*) echo "$2";; *) echo "\"$2\"";; esac)}" $TESTBED_CONSOLE_URL/faults; }
            ID=$(openssl x509 -in '{{Path.GetDirectoryName(configuration)}}/certificate.pem' -outform der | openssl dgst -sha256 | sed 's/.* //')
            ARN={{CloudAccount.Arn("iot", "cert/")}}$ID
            unregister() { aws iot detach-thing-principal --thing-name thermostat-01 --principal $ARN; aws iot update-certificate --certificate-id $ID --new-status INACTIVE; aws iot delete-certificate --certificate-id $ID --force-delete; }
            {{wrong}}
            """)).Succeeded();

        await using var agent = RunningAgent.Run(configuration);
        await agent.WaitForOutputAsync(message);

        await agent.WaitForOutputAsync(remedy);
        Assert.Equal(0, await agent.TerminateAsync());
        Assert.NotEmpty(row);
        Assert.Empty(await cloud.ItemsAsync("thermostat-01"));
    }

    [Fact]
    public void Rows_Always_HaveDifferentMessagesOrRemedies() =>
        Assert.Equal(Rows().Count, Rows().Select(row => (row[2], row[3])).Distinct().Count());

    [Fact]
    public async Task Agent_RefusedThenMended_UploadsWhatItKept()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();
        cloud.Cloud.Faults.Update(f => f with { Credentials = new CredentialsFault { Status = 503 } });
        await using var agent = RunningAgent.Run(configuration);
        await agent.WaitForOutputAsync("has a fault (503");

        cloud.Cloud.Faults.Clear();

        await cloud.WaitForRowsAsync("thermostat-01", 25, agent);
        Assert.Equal(0, await agent.TerminateAsync());
        using var client = cloud.Cloud.CreateOperatorDynamoDb();
        Assert.Empty((await LandedReadings.CompareAsync(client, "thermostat-01", RoomReadings.Load(), CancellationToken.None)).Faults);
    }

    [Fact]
    public async Task Agent_NothingListens_SaysSo()
    {
        await using var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync();

        await using var agent = RunningAgent.Run(configuration, $"credentialsEndpoint=localhost:{cloud.Cloud.Host.Port(Listener.Console)}");
        await agent.WaitForOutputAsync("TLS");
        Assert.Equal(0, await agent.TerminateAsync());

        await using var other = RunningAgent.Run(configuration, "credentialsEndpoint=localhost:1");
        await other.WaitForOutputAsync("Nothing accepts connections at localhost:1");
        Assert.Equal(0, await other.TerminateAsync());

        await using var third = RunningAgent.Run(configuration, "credentialsEndpoint=no-such-host.invalid");
        await third.WaitForOutputAsync("no-such-host.invalid could not be looked up");
        Assert.Equal(0, await third.TerminateAsync());
    }
}
