using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed;
using DeviceAgent.Testbed.Broker;
using DeviceAgent.Testbed.Jobs;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests;

/// <summary>AWS IoT Jobs by clients that we did not write: the AWS CLI, boto3, mosquitto.</summary>
public sealed class JobsTests
{
    [Fact]
    public async Task AwsCli_CanariesFail_TheAbortThresholdStopsTheRollout()
    {
        await using var cloud = await TestCloud.StartAsync();
        foreach (var thing in new[] { "room-1", "room-2" }) cloud.Cloud.Registry.Things.Create(thing, null, new Dictionary<string, string>());
        cloud.Cloud.Registry.ThingGroups.Create("rooms", null, null, new Dictionary<string, string>());
        cloud.Cloud.Registry.ThingGroups.Add("rooms", "room-1");

        var output = (await cloud.ShellAsync(
            """
            iot() { aws iot "$@"; }
            device() { aws iot-jobs-data "$@"; }
            iot add-thing-to-thing-group --thing-group-name rooms --thing-name room-2
            iot create-job --job-id rotate --targets arn:aws:iot:us-east-1:123456789012:thinggroup/rooms \
              --document '{"operation":"rotate-role-alias","roleAlias":"red"}' --description 'to the red role' \
              --job-executions-rollout-config 'exponentialRate={baseRatePerMinute=1,incrementFactor=2,rateIncreaseCriteria={numberOfSucceededThings=1}},maximumPerMinute=60' \
              --abort-config 'criteriaList=[{failureType=FAILED,action=CANCEL,thresholdPercentage=50,minNumberOfExecutedThings=1}]' \
              --timeout-config inProgressTimeoutInMinutes=5 --query description --output text
            device start-next-pending-job-execution --thing-name room-1 --query execution.jobDocument --output text
            device describe-job-execution --thing-name room-1 --job-id '$next' --query execution.status --output text
            device update-job-execution --thing-name room-1 --job-id rotate --status FAILED --status-details reason=writes-denied --expected-version 2 \
              --include-job-execution-state --query executionState.versionNumber --output text
            iot describe-job --job-id rotate --query 'job.[status,jobProcessDetails.numberOfFailedThings,jobProcessDetails.numberOfQueuedThings]' --output text
            iot list-job-executions-for-job --job-id rotate --query 'executionSummaries[].[thingArn,jobExecutionSummary.status]' --output text
            """)).Succeeded();

        Assert.Equal(
            """
            to the red role
            {"operation":"rotate-role-alias","roleAlias":"red"}
            IN_PROGRESS
            3
            CANCELED	1	0
            arn:aws:iot:us-east-1:123456789012:thing/room-1	FAILED

            """,
            output);
    }

    [Fact]
    public async Task Boto3_EveryOperation_AnswersAsAws()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync($"{await Python.WithBoto3Async()} tests/python/jobs_boto3.py")).Succeeded();

        Assert.Equal("ok", output.Trim());
    }

    /// <summary>The device's session outlives its connection, so it hears of the job that was made meanwhile.</summary>
    [Fact]
    public async Task Mosquitto_JobFromNotificationToTheEnd_IsCompleted()
    {
        await using var cloud = await TestCloud.StartAsync(new TestbedOptions { BrokerLimits = new BrokerLimits { ConnectInterval = TimeSpan.Zero } });
        await cloud.DeviceAsync();
        var client = $"""
            J='$aws/things/thermostat-01/jobs'
            cd '{cloud.Directory}/things/thermostat-01'
            TLS="-h localhost -p {cloud.Cloud.DataEndpoint.Split(':')[1]} --cafile ca.pem --cert certificate.pem --key private.key -i thermostat-01 -q 1"

            """;
        (await cloud.ShellAsync(client + "mosquitto_sub $TLS -c -E -t \"$J/notify-next\"")).Succeeded();
        cloud.Cloud.Jobs.Control.Create("rotate", """{"roleAlias":"blue"}""", [Thing.ArnOf("thermostat-01")], TargetSelection.Snapshot, new JobSettings(), schedule: null);

        var output = (await cloud.ShellAsync(client +
            """
            ask() { mosquitto_rr $TLS -W 20 -t "$J/$1" -e "$J/$1/$2" -m "$3" | sed 's/[0-9]\{10\}/T/g'; }
            mosquitto_sub $TLS -c -C 1 -W 20 -t "$J/notify-next" | sed 's/[0-9]\{10\}/T/g'
            ask start-next accepted '{"statusDetails":{"step":"fetch"}}'
            ask rotate/update rejected '{"status":"SUCCEEDED","expectedVersion":"1","clientToken":"c1"}'
            ask rotate/update accepted '{"status":"SUCCEEDED","expectedVersion":"2","clientToken":"c2"}'
            ask get accepted ''
            """)).Succeeded();

        Assert.Equal(
            """
            {"timestamp":T,"execution":{"jobId":"rotate","status":"QUEUED","queuedAt":T,"lastUpdatedAt":T,"executionNumber":1,"versionNumber":1,"jobDocument":{"roleAlias":"blue"}}}
            {"execution":{"jobId":"rotate","thingName":"thermostat-01","status":"IN_PROGRESS","statusDetails":{"step":"fetch"},"queuedAt":T,"startedAt":T,"lastUpdatedAt":T,"executionNumber":1,"versionNumber":2,"jobDocument":{"roleAlias":"blue"}},"timestamp":T}
            {"code":"VersionMismatch","message":"The expected version 1 is not the version of the job execution, 2.","executionState":{"status":"IN_PROGRESS","statusDetails":{"step":"fetch"},"versionNumber":2},"clientToken":"c1","timestamp":T}
            {"clientToken":"c2","timestamp":T}
            {"inProgressJobs":[],"queuedJobs":[],"timestamp":T}

            """,
            output);
        Assert.Equal(JobStatus.Completed, cloud.Cloud.Jobs.Control.Get("rotate").Status);
    }

    [Fact]
    public async Task Curl_DeviceCertificate_NeedsThePolicyAndReadsItsJobs()
    {
        await using var cloud = await TestCloud.StartAsync();
        await cloud.DeviceAsync();
        var registry = cloud.Cloud.Registry;
        registry.Policies.Create("jobs", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iotjobsdata:*","Resource":"arn:aws:iot:us-east-1:123456789012:thing/thermostat-01"}]}""");
        cloud.Cloud.Jobs.Control.Create("rotate", "{}", [Thing.ArnOf("thermostat-01")], TargetSelection.Snapshot, new JobSettings(), schedule: null);
        var script = $$"""
            cd '{{cloud.Directory}}/things/thermostat-01'
            ask() { curl -s --cacert ca.pem --cert certificate.pem --key private.key "https://{{cloud.Cloud.DataEndpoint}}/things/$@"; echo; }
            ask 'thermostat-01/jobs/$next' -X PUT -d '{}' | grep -o '"status":"[A-Z_]*"\|Forbidden'
            ask thermostat-01/jobs/rotate -d '{"status":"SUCCEEDED"}' | grep -o '{}\|Forbidden'
            ask thermostat-02/jobs | grep -o Forbidden
            """;

        var before = (await cloud.ShellAsync(script)).Succeeded();
        registry.PolicyTargets.Attach("jobs", registry.Principals.OfThing("thermostat-01").Single().CertificateId);
        var after = (await cloud.ShellAsync(script)).Succeeded();

        Assert.Equal("Forbidden\nForbidden\nForbidden\n", before);
        Assert.Equal("\"status\":\"IN_PROGRESS\"\n{}\nForbidden\n", after);
    }
}
