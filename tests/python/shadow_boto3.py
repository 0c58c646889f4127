"""The unmodified boto3 against the endpoint given: shadow_boto3.py ENDPOINT THING. Exits 1 at the first answer that is not the shadow service's."""
import json
import sys

import boto3

endpoint, thing = sys.argv[1:3]
data = boto3.client("iot-data", endpoint_url=endpoint)


def refused(call, **arguments):
    try:
        call(thingName=thing, **arguments)
    except data.exceptions.ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError(f"{arguments} was accepted")


def update(payload, **arguments):
    return json.loads(data.update_thing_shadow(thingName=thing, payload=json.dumps(payload), **arguments)["payload"].read())


def get(**arguments):
    return json.loads(data.get_thing_shadow(thingName=thing, **arguments)["payload"].read())


assert refused(data.get_thing_shadow) == (404, "ResourceNotFoundException", f"No shadow exists with name: '{thing}'")
assert refused(data.get_thing_shadow, shadowName="$next:1") == (404, "ResourceNotFoundException", "No shadow exists with name: '$next:1'")
accepted = update({"state": {"desired": {"t": "21.5 \u00b0C", "n": 1.5}}, "clientToken": "a", "version": 0}, shadowName="$next:1")
assert accepted["version"] == 1 and accepted["clientToken"] == "a" and accepted["state"] == {"desired": {"t": "21.5 \u00b0C", "n": 1.5}}, accepted
assert refused(data.update_thing_shadow, shadowName="$next:1", payload=b'{"state":{},"version":7}') == (409, "ConflictException", "Version conflict")
assert refused(data.update_thing_shadow, payload=b"{}") == (400, "InvalidRequestException", "Missing required node: state")
assert refused(data.update_thing_shadow, payload=b"\xff")[:2] == (415, "UnsupportedDocumentEncodingException")
assert refused(data.update_thing_shadow, payload=json.dumps({"state": {"desired": {"a": "x" * 9000}}}))[:2] == (413, "RequestEntityTooLargeException")
update({"state": {"reported": {"n": 1.5}}}, shadowName="$next:1")
assert get(shadowName="$next:1")["state"]["delta"] == {"t": "21.5 \u00b0C"}

for name in ("b", "c"):
    update({"state": {"reported": {}}}, shadowName=name)
first = data.list_named_shadows_for_thing(thingName=thing, pageSize=2)
second = data.list_named_shadows_for_thing(thingName=thing, pageSize=2, nextToken=first["nextToken"])
assert first["results"] == ["$next:1", "b"] and second["results"] == ["c"] and "nextToken" not in second, (first, second)
assert json.loads(data.delete_thing_shadow(thingName=thing, shadowName="b")["payload"].read())["version"] == 1
assert data.list_named_shadows_for_thing(thingName=thing)["results"] == ["$next:1", "c"]

print("ok")
