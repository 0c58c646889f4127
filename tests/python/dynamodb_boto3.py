"""The unmodified boto3 against the endpoint given: dynamodb_boto3.py ENDPOINT TABLE. Exits 1 at the first answer that is not DynamoDB's."""
import decimal
import sys

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

endpoint, name = sys.argv[1:3]
resource = boto3.resource("dynamodb", endpoint_url=endpoint)
table = resource.create_table(
    TableName=name,
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "serial_number", "AttributeType": "S"}, {"AttributeName": "timestamp", "AttributeType": "N"}],
    KeySchema=[{"AttributeName": "serial_number", "KeyType": "HASH"}, {"AttributeName": "timestamp", "KeyType": "RANGE"}],
)
table.meta.client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})

with table.batch_writer() as batch:
    for n in range(120):
        batch.put_item(Item={"serial_number": "SN1", "timestamp": n * 7 - 400, "temperature": decimal.Decimal(n) / 8, "tags": {"a", "b"}, "raw": b"\x00\xff"})

items = table.query(KeyConditionExpression=Key("serial_number").eq("SN1") & Key("timestamp").between(-50, 50))["Items"]
assert [int(i["timestamp"]) for i in items] == [n * 7 - 400 for n in range(120) if -50 <= n * 7 - 400 <= 50], items
assert items[0]["tags"] == {"a", "b"} and bytes(items[0]["raw"]) == b"\x00\xff"
assert table.scan(FilterExpression=Attr("temperature").lt(1) & Attr("tags").contains("a"))["Count"] == 8

pages = list(table.meta.client.get_paginator("scan").paginate(TableName=name, PaginationConfig={"PageSize": 11}))
assert sum(p["Count"] for p in pages) == 120 and len(pages) >= 11

item = table.get_item(Key={"serial_number": "SN1", "timestamp": -400})["Item"]
assert item["temperature"] == 0, item
assert "Item" not in table.get_item(Key={"serial_number": "SN1", "timestamp": 1})

try:
    table.put_item(Item={"serial_number": "SN1", "timestamp": -400}, ConditionExpression=Attr("serial_number").not_exists())
    raise AssertionError("the condition did not hold, and yet the item was written")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ConditionalCheckFailedException", error
try:
    table.put_item(Item={"serial_number": "SN1", "timestamp": "a string"})
    raise AssertionError("a key of the wrong type was written")
except ClientError as error:
    assert "Type mismatch for key timestamp expected: N actual: S" in str(error), error

table.delete()
table.meta.client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 20})
print("ok")
