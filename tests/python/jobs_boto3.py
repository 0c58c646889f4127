"""The unmodified boto3 against the testbed's AWS IoT Jobs, as operator and as device: jobs_boto3.py. Exits 1 at the first answer that is not AWS's."""
import json
import os

import boto3
from botocore.exceptions import ClientError

iot = boto3.client("iot", endpoint_url=os.environ["AWS_ENDPOINT_URL_IOT"])
device = boto3.client("iot-jobs-data", endpoint_url=os.environ["AWS_ENDPOINT_URL_IOT_JOBS_DATA_PLANE"])
account = "arn:aws:iot:us-east-1:123456789012:"


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        return e.response
    raise AssertionError(f"{call.__name__} was not refused with {code}")


# Groups.
things = ["room-1", "room-2", "room-3"]
for thing in things:
    iot.create_thing(thingName=thing)
iot.create_thing_group(thingGroupName="house", thingGroupProperties={"thingGroupDescription": "all of it", "attributePayload": {"attributes": {"street": "a"}}})
rooms = iot.create_thing_group(thingGroupName="rooms", parentGroupName="house")
iot.add_thing_to_thing_group(thingGroupName="rooms", thingName="room-1")
iot.add_thing_to_thing_group(thingGroupArn=rooms["thingGroupArn"], thingArn=account + "thing/room-2")
iot.update_thing_groups_for_thing(thingName="room-3", thingGroupsToAdd=["rooms", "house"], thingGroupsToRemove=[])
iot.update_thing_groups_for_thing(thingName="room-3", thingGroupsToRemove=["house"])
assert iot.list_things_in_thing_group(thingGroupName="house")["things"] == []
assert iot.list_things_in_thing_group(thingGroupName="house", recursive=True)["things"] == things
assert [g["groupName"] for g in iot.list_thing_groups_for_thing(thingName="room-3")["thingGroups"]] == ["rooms"]
assert [g["groupName"] for g in iot.list_thing_groups(parentGroup="house")["thingGroups"]] == ["rooms"]
assert iot.update_thing_group(thingGroupName="rooms", thingGroupProperties={"thingGroupDescription": "warm"}, expectedVersion=1)["version"] == 2
described = iot.describe_thing_group(thingGroupName="rooms")
assert described["thingGroupMetadata"]["rootToParentThingGroups"][0]["groupName"] == "house"
assert described["thingGroupProperties"]["thingGroupDescription"] == "warm"
refused("VersionConflictException", iot.delete_thing_group, thingGroupName="rooms", expectedVersion=1)
refused("ResourceNotFoundException", iot.describe_thing_group, thingGroupName="none")

# A job, with everything that it may have.
document = json.dumps({"operation": "rotate-role-alias", "roleAlias": "blue"})
configuration = {
    "jobExecutionsRolloutConfig": {
        "maximumPerMinute": 1000,
        "exponentialRate": {"baseRatePerMinute": 1000, "incrementFactor": 1.5, "rateIncreaseCriteria": {"numberOfNotifiedThings": 1}},
    },
    "abortConfig": {"criteriaList": [{"failureType": "ALL", "action": "CANCEL", "thresholdPercentage": 90.5, "minNumberOfExecutedThings": 2}]},
    "timeoutConfig": {"inProgressTimeoutInMinutes": 5},
    "jobExecutionsRetryConfig": {"criteriaList": [{"failureType": "FAILED", "numberOfRetries": 1}]},
}
created = iot.create_job(
    jobId="rotate", targets=[account + "thinggroup/house"], document=document, description="to blue", targetSelection="CONTINUOUS", **configuration)
assert created["jobArn"] == account + "job/rotate" and created["description"] == "to blue", created
refused("ResourceAlreadyExistsException", iot.create_job, jobId="rotate", targets=[account + "thing/room-1"], document="{}")
job = iot.describe_job(jobId="rotate")["job"]
assert {name: job[name] for name in configuration} == configuration, job
assert (job["status"], job["targetSelection"], job["targets"]) == ("IN_PROGRESS", "CONTINUOUS", [account + "thinggroup/house"]), job
assert iot.get_job_document(jobId="rotate")["document"] == document
while len(iot.list_job_executions_for_job(jobId="rotate")["executionSummaries"]) < 3:
    pass

# The device.
pending = device.get_pending_job_executions(thingName="room-1")
assert pending["inProgressJobs"] == [] and pending["queuedJobs"][0]["jobId"] == "rotate", pending
started = device.start_next_pending_job_execution(thingName="room-1", statusDetails={"step": "fetch"}, stepTimeoutInMinutes=2)["execution"]
assert (started["status"], started["versionNumber"], started["jobDocument"]) == ("IN_PROGRESS", 2, document), started
head = device.describe_job_execution(thingName="room-1", jobId="$next")["execution"]
assert head["statusDetails"] == {"step": "fetch"} and 0 < head["approximateSecondsBeforeTimedOut"] <= 120, head
assert "jobDocument" not in device.describe_job_execution(thingName="room-1", jobId="rotate", includeJobDocument=False)["execution"]
refused("VersionConflictException", device.update_job_execution, thingName="room-1", jobId="rotate", status="SUCCEEDED", expectedVersion=1)
updated = device.update_job_execution(
    thingName="room-1", jobId="rotate", status="FAILED", expectedVersion=2, statusDetails={"reason": "throttled"}, includeJobExecutionState=True, includeJobDocument=True)
assert updated["executionState"] == {"status": "FAILED", "statusDetails": {"reason": "throttled"}, "versionNumber": 3}, updated
assert updated["jobDocument"] == document
assert device.describe_job_execution(thingName="room-1", jobId="rotate")["execution"]["executionNumber"] == 2
device.update_job_execution(thingName="room-1", jobId="rotate", status="SUCCEEDED")
refused("InvalidStateTransitionException", device.update_job_execution, thingName="room-1", jobId="rotate", status="FAILED")
terminal = refused("TerminalStateException", device.describe_job_execution, thingName="room-1", jobId="rotate")
assert terminal["ResponseMetadata"]["HTTPStatusCode"] == 410
refused("ResourceNotFoundException", device.get_pending_job_executions, thingName="nobody")
refused("InvalidRequestException", device.update_job_execution, thingName="room-2", jobId="rotate", status="IN_PROGRESS", stepTimeoutInMinutes=0)
assert "execution" not in device.start_next_pending_job_execution(thingName="room-1")

# The operator looks, changes and ends it.
attempts = iot.list_job_executions_for_thing(thingName="room-1", jobId="rotate")["executionSummaries"]
assert [(a["jobExecutionSummary"]["status"], a["jobExecutionSummary"]["retryAttempt"]) for a in attempts] == [("FAILED", 0), ("SUCCEEDED", 1)], attempts
first = iot.describe_job_execution(thingName="room-1", jobId="rotate", executionNumber=1)["execution"]
assert first["statusDetails"]["detailsMap"] == {"reason": "throttled"} and first["thingArn"] == account + "thing/room-1", first
iot.create_thing(thingName="garden")
iot.associate_targets_with_job(jobId="rotate", targets=[account + "thing/garden"])
iot.cancel_job_execution(thingName="garden", jobId="rotate", statusDetails={"why": "winter"})
iot.delete_job_execution(thingName="garden", jobId="rotate", executionNumber=1)
iot.update_job(jobId="rotate", description="to blue, slowly", timeoutConfig={"inProgressTimeoutInMinutes": 6})
assert [j["jobId"] for j in iot.list_jobs(status="IN_PROGRESS", thingGroupName="house")["jobs"]] == ["rotate"]
refused("InvalidStateTransitionException", iot.delete_job, jobId="rotate")
iot.cancel_job(jobId="rotate", reasonCode="ENOUGH", comment="enough seen")
job = iot.describe_job(jobId="rotate")["job"]
assert (job["status"], job["reasonCode"], job["description"]) == ("CANCELED", "ENOUGH", "to blue, slowly"), job
details = job["jobProcessDetails"]
assert (details["numberOfSucceededThings"], details["numberOfCanceledThings"], details["numberOfFailedThings"]) == (1, 2, 0), details
iot.delete_job(jobId="rotate")
refused("ResourceNotFoundException", iot.describe_job, jobId="rotate")

# What is not played is refused by name.
for member in ({"documentSource": "https://s3.amazonaws.com/bucket/key"}, {"jobTemplateArn": account + "jobtemplate/t"}, {"namespaceId": "n", "document": "{}"}):
    response = refused("InvalidRequestException", iot.create_job, jobId="other", targets=[account + "thing/room-1"], **member)
    assert next(iter(member)) in response["Error"]["Message"], response

print("ok")
