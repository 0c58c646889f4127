// The unmodified AWS SDK for JavaScript against whatever AWS_ENDPOINT_URL_DYNAMODB names:
//   node dynamodb.mjs TABLE
// Walks through every operation the testbed has; exits 1 at the first answer that is not DynamoDB's.
import assert from 'node:assert/strict'
import {
  BatchWriteItemCommand, CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DescribeTimeToLiveCommand, DynamoDBClient,
  GetItemCommand, ListTablesCommand, PutItemCommand, QueryCommand, ScanCommand, UpdateItemCommand, UpdateTimeToLiveCommand,
  paginateQuery, paginateScan, waitUntilTableExists, waitUntilTableNotExists,
} from '@aws-sdk/client-dynamodb'

const TableName = process.argv[2]
const client = new DynamoDBClient({ maxAttempts: 1 })
const send = command => client.send(command)
const refused = (command, name, message) => assert.rejects(send(command), error => {
  assert.equal(error.name, name)
  if (message) assert.match(error.message, message)
  return true
})

const created = await send(new CreateTableCommand({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'serial_number', AttributeType: 'S' }, { AttributeName: 'timestamp', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'serial_number', KeyType: 'HASH' }, { AttributeName: 'timestamp', KeyType: 'RANGE' }],
}))
assert.equal(created.TableDescription.TableName, TableName)
assert.ok(created.TableDescription.CreationDateTime instanceof Date)
await waitUntilTableExists({ client, minDelay: 1, maxWaitTime: 20 }, { TableName })
await refused(new CreateTableCommand({
  TableName,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'a', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'a', KeyType: 'HASH' }],
}), 'ResourceInUseException')
assert.ok((await send(new ListTablesCommand({}))).TableNames.includes(TableName))

const key = n => ({ serial_number: { S: 'SN1' }, timestamp: { S: `2026-03-01T12:${String(n).padStart(2, '0')}:00.000Z` } })
const item = n => ({
  ...key(n),
  temperature: { N: `${n}.50` },
  ok: { BOOL: true },
  nothing: { NULL: true },
  raw: { B: new Uint8Array([1, 2, n]) },
  steps: { L: [{ S: 'ü' }, { N: '1e3' }] },
  detail: { M: { labels: { SS: ['b', 'a'] } } },
})
await send(new PutItemCommand({ TableName, Item: item(0) }))
const got = await send(new GetItemCommand({ TableName, Key: key(0), ConsistentRead: true }))
assert.deepEqual(got.Item.temperature, { N: '0.5' })
assert.deepEqual([...got.Item.raw.B], [1, 2, 0])
assert.deepEqual(got.Item.steps, { L: [{ S: 'ü' }, { N: '1000' }] })
assert.deepEqual([...got.Item.detail.M.labels.SS].sort(), ['a', 'b'])
assert.equal((await send(new GetItemCommand({ TableName, Key: key(59) }))).Item, undefined)
await refused(
  new PutItemCommand({ TableName, Item: item(0), ConditionExpression: 'attribute_not_exists(serial_number)' }),
  'ConditionalCheckFailedException', /The conditional request failed/)

for (let from = 1; from < 51; from += 25) {
  const answer = await send(new BatchWriteItemCommand({
    RequestItems: { [TableName]: Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: item(from + i) } })) },
  }))
  assert.deepEqual(answer.UnprocessedItems, {})
}
await refused(
  new BatchWriteItemCommand({ RequestItems: { [TableName]: [{ PutRequest: { Item: item(1) } }, { PutRequest: { Item: item(1) } }] } }),
  'ValidationException', /Provided list of item keys contains duplicates/)

const range = {
  TableName,
  KeyConditionExpression: '#s = :s AND #t BETWEEN :a AND :b',
  ExpressionAttributeNames: { '#s': 'serial_number', '#t': 'timestamp' },
  ExpressionAttributeValues: { ':s': { S: 'SN1' }, ':a': key(10).timestamp, ':b': key(19).timestamp },
}
const queried = await send(new QueryCommand({ ...range, ScanIndexForward: false }))
assert.deepEqual(queried.Items.map(i => i.timestamp.S), Array.from({ length: 10 }, (_, i) => key(19 - i).timestamp.S))
assert.equal((await send(new QueryCommand({ ...range, Select: 'COUNT' }))).Count, 10)

const paged = async pages => { let all = []; for await (const page of pages) all = all.concat(page.Items); return all }
const everything = { KeyConditionExpression: 'serial_number = :s', ExpressionAttributeValues: { ':s': { S: 'SN1' } } }
assert.equal((await paged(paginateQuery({ client, pageSize: 7 }, { TableName, ...everything }))).length, 51)
assert.equal((await paged(paginateScan({ client, pageSize: 7 }, { TableName }))).length, 51)
const filtered = await send(new ScanCommand({
  TableName, FilterExpression: 'temperature > :t AND contains(steps, :u)', ProjectionExpression: 'temperature, #m.labels', ExpressionAttributeNames: { '#m': 'detail' },
  ExpressionAttributeValues: { ':t': { N: '45' }, ':u': { S: 'ü' } },
}))
assert.equal(filtered.ScannedCount, 51)
assert.deepEqual(filtered.Items.map(i => Number(i.temperature.N)).sort((a, b) => a - b), [45.5, 46.5, 47.5, 48.5, 49.5, 50.5])
assert.deepEqual(Object.keys(filtered.Items[0]).sort(), ['detail', 'temperature'])

await send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: 'expires_at' } }))
assert.match((await send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription.TimeToLiveStatus, /^ENABL/)
assert.equal((await send(new DescribeTableCommand({ TableName }))).Table.ItemCount, 51)
await refused(new UpdateItemCommand({ TableName, Key: key(0) }), 'UnknownOperationException')
await refused(new PutItemCommand({ TableName: 'no-such-table', Item: item(0) }), 'ResourceNotFoundException')

await send(new DeleteTableCommand({ TableName }))
await waitUntilTableNotExists({ client, minDelay: 1, maxWaitTime: 20 }, { TableName })
console.log('ok')
