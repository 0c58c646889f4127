using DeviceAgent.IntegrationTests.Support;

namespace DeviceAgent.IntegrationTests;

/// <summary>AWS IoT Jobs by the AWS CLI, unmodified: as the operator with <c>aws iot</c>, as the device with <c>aws iot-jobs-data</c>.</summary>
public sealed class JobsTests
{
    private const string Functions =
        """
        arn() { echo "arn:aws:iot:us-east-1:123456789012:$1"; }
        begin() { aws iot-jobs-data start-next-pending-job-execution --endpoint-url $AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE --thing-name $1 --status-details step=begun --query execution.jobId --output text; }
        report() { aws iot-jobs-data update-job-execution --endpoint-url $AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE --thing-name $1 --job-id $2 --status $3 "${@:4}"; }
        iot() { aws --endpoint-url $AWS_ENDPOINT_URL_IOT iot "$@"; }
        for i in 1 2 3; do iot create-thing --thing-name room-$i --query thingName --output text; done
        iot create-thing-group --thing-group-name rooms --query thingGroupArn --output text
        for i in 1 2 3; do iot add-thing-to-thing-group --thing-group-name rooms --thing-name room-$i; done
        iot list-things-in-thing-group --thing-group-name rooms --query 'things' --output text

        """;

    private const string Made = "room-1\nroom-2\nroom-3\narn:aws:iot:us-east-1:123456789012:thinggroup/rooms\nroom-1\troom-2\troom-3\n";

    [Fact]
    public async Task AwsCli_RolloutOverAGroup_EndsCompleted()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync(Functions +
            """
            iot create-job --job-id rotate --targets $(arn thinggroup/rooms) --document '{"operation":"rotate-role-alias","roleAlias":"blue"}' \
              --job-executions-rollout-config 'maximumPerMinute=600' --timeout-config inProgressTimeoutInMinutes=5 \
              --job-executions-retry-config 'criteriaList=[{failureType=FAILED,numberOfRetries=1}]' \
              --abort-config 'criteriaList=[{failureType=ALL,action=CANCEL,thresholdPercentage=90,minNumberOfExecutedThings=2}]' --query jobId --output text
            iot get-job-document --job-id rotate --query document --output text
            begin room-1
            aws iot-jobs-data describe-job-execution --endpoint-url $AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE --thing-name room-1 --job-id '$next' --include-job-document \
              --query 'execution.[jobDocument,statusDetails.step,versionNumber]' --output text
            report room-1 rotate FAILED --expected-version 2 --include-job-execution-state --query executionState.status --output text
            until [ "$(iot list-job-executions-for-job --job-id rotate --query 'length(executionSummaries)')" = 4 ]; do :; done
            for i in 1 2 3; do begin room-$i; report room-$i rotate SUCCEEDED >/dev/null; done
            aws iot-jobs-data get-pending-job-executions --endpoint-url $AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE --thing-name room-1 --query 'length(queuedJobs)'
            iot describe-job --job-id rotate --query 'job.[status,jobProcessDetails.numberOfSucceededThings,jobProcessDetails.numberOfFailedThings]' --output text
            iot list-job-executions-for-thing --thing-name room-1 --query 'executionSummaries[].[jobId,jobExecutionSummary.status,jobExecutionSummary.retryAttempt]' --output text
            iot describe-job-execution --thing-name room-1 --job-id rotate --query 'execution.[status,executionNumber,statusDetails.detailsMap.step]' --output text
            iot list-jobs --status COMPLETED --thing-group-name rooms --query 'jobs[].jobId' --output text
            """)).Succeeded();

        Assert.Equal(
            Made + """
            rotate
            {"operation":"rotate-role-alias","roleAlias":"blue"}
            rotate
            {"operation":"rotate-role-alias","roleAlias":"blue"}	begun	2
            FAILED
            rotate
            rotate
            rotate
            0
            COMPLETED	3	0
            rotate	FAILED	0
            rotate	SUCCEEDED	1
            SUCCEEDED	2	begun
            rotate

            """,
            output);
    }

    [Fact]
    public async Task AwsCli_CanariesFail_TheAbortThresholdStopsTheRollout()
    {
        await using var cloud = await TestCloud.StartAsync();

        var output = (await cloud.ShellAsync(Functions +
            """
            iot create-job --job-id rotate --targets $(arn thinggroup/rooms) --document '{"operation":"rotate-role-alias","roleAlias":"red"}' --description 'to the red role' \
              --job-executions-rollout-config 'exponentialRate={baseRatePerMinute=1,incrementFactor=2,rateIncreaseCriteria={numberOfSucceededThings=1}},maximumPerMinute=60' \
              --abort-config 'criteriaList=[{failureType=FAILED,action=CANCEL,thresholdPercentage=50,minNumberOfExecutedThings=1}]' --query description --output text
            begin room-1
            report room-1 rotate FAILED --status-details reason=writes-denied
            iot describe-job --job-id rotate --query 'job.[status,jobProcessDetails.numberOfFailedThings,jobProcessDetails.numberOfQueuedThings]' --output text
            iot list-job-executions-for-job --job-id rotate --query 'executionSummaries[].[thingArn,jobExecutionSummary.status]' --output text
            begin room-2
            report room-1 rotate SUCCEEDED 2>&1 | grep -o '(InvalidStateTransitionException)' || true
            iot delete-job --job-id rotate
            iot describe-job --job-id rotate 2>&1 | grep -o '(ResourceNotFoundException)' || true
            iot create-job --job-id next --targets $(arn thing/room-2) --document '{}' --query jobArn --output text
            iot cancel-job --job-id next --reason-code NOT_NOW --comment 'not now' --query jobId --output text
            iot describe-job --job-id next --query 'job.[status,reasonCode,comment,jobProcessDetails.numberOfCanceledThings]' --output text
            iot create-job --job-id s3 --targets $(arn thing/room-2) --document-source https://s3.amazonaws.com/b/k 2>&1 | grep -o 'does not play documentSource' || true
            """)).Succeeded();

        Assert.Equal(
            Made + """
            to the red role
            rotate
            CANCELED	1	0
            arn:aws:iot:us-east-1:123456789012:thing/room-1	FAILED
            None
            (InvalidStateTransitionException)
            (ResourceNotFoundException)
            arn:aws:iot:us-east-1:123456789012:job/next
            next
            CANCELED	NOT_NOW	not now	1
            does not play documentSource

            """,
            output);
    }
}
