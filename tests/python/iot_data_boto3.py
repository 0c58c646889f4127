"""boto3, unmodified, against the IoT data plane:  python3 iot_data_boto3.py ENDPOINT

Publishes, reads retained messages, ends a connection that is not there; fails at the first answer that is not AWS's.
"""
import sys

import boto3

client = boto3.client("iot-data", endpoint_url=sys.argv[1])
for topic in ("boto/1", "boto/2", "boto/ü"):
    client.publish(topic=topic, qos=1, retain=True, payload=b"kept", contentType="text/plain", messageExpiry=600,
                   userProperties=[{"k": "v"}], payloadFormatIndicator="UTF8_DATA", correlationData="AQI=")

message = client.get_retained_message(topic="boto/ü")
assert (message["topic"], message["payload"], message["qos"]) == ("boto/ü", b"kept", 1), message
assert message["lastModifiedTime"] > 1_600_000_000_000, message

topics = [t["topic"] for page in client.get_paginator("list_retained_messages").paginate(PaginationConfig={"PageSize": 2}) for t in page["retainedTopics"]]
assert [t for t in topics if t.startswith("boto/")] == ["boto/1", "boto/2", "boto/ü"], topics

for call, error in (
    (lambda: client.get_retained_message(topic="none"), client.exceptions.ResourceNotFoundException),
    (lambda: client.publish(topic="a/#", payload=b""), client.exceptions.InvalidRequestException),
):
    try:
        call()
    except error:
        continue
    raise AssertionError(f"{error.__name__} expected")
print("ok")
