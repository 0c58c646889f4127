"""A peer of scripts/benchmark.sh: readings to DynamoDB with boto3, as one writes it in an afternoon.

benchmark_boto3.py write FILE BATCH (FILE is NDJSON, - for standard input) | fetch TIMES
Credentials come from the IoT credentials provider where CREDENTIALS_URL is set, otherwise from boto3's own chain.
"""
import decimal
import http.client
import json
import os
import ssl
import sys
import time
import urllib.parse

import boto3
import botocore.session
from botocore.credentials import RefreshableCredentials


def fetch():
    url = urllib.parse.urlsplit(os.environ["CREDENTIALS_URL"])
    tls = ssl.create_default_context(cafile=os.environ["CA_FILE"])
    tls.load_cert_chain(os.environ["CERTIFICATE"], os.environ["PRIVATE_KEY"])
    connection = http.client.HTTPSConnection(url.hostname, url.port, context=tls, timeout=10)
    try:
        connection.request("GET", url.path, headers={"x-amzn-iot-thingname": os.environ["THING_NAME"]})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise RuntimeError(f"the credentials provider answered {response.status}: {body!r}")
    credentials = json.loads(body)["credentials"]
    return {
        "access_key": credentials["accessKeyId"],
        "secret_key": credentials["secretAccessKey"],
        "token": credentials["sessionToken"],
        "expiry_time": credentials["expiration"],
    }


def session():
    if "CREDENTIALS_URL" not in os.environ:
        return boto3.Session()
    inner = botocore.session.get_session()
    inner._credentials = RefreshableCredentials.create_from_metadata(fetch(), refresh_using=fetch, method="iot")
    return boto3.Session(botocore_session=inner)


def readings(path):
    with sys.stdin if path == "-" else open(path) as lines:
        for line in lines:
            yield {"serial_number": os.environ["THING_NAME"], **json.loads(line, parse_float=decimal.Decimal)}


def write(path, batch):
    table = session().resource("dynamodb").Table(os.environ["TABLE"])
    if batch == 1:
        for item in readings(path):
            table.put_item(Item=item)
    else:
        with table.batch_writer() as writer:
            for item in readings(path):
                writer.put_item(Item=item)


if sys.argv[1] == "fetch":
    for _ in range(int(sys.argv[2])):
        begun = time.perf_counter()
        fetch()
        print(f"{(time.perf_counter() - begun) * 1000:.3f}")
else:
    write(sys.argv[2], int(sys.argv[3]))
