// A peer of scripts/benchmark.sh: readings to DynamoDB with the AWS SDK for JavaScript v3, as one writes it in an afternoon.
// node benchmark-sdk.mjs write FILE BATCH (FILE is NDJSON, - for standard input) | fetch TIMES
// Credentials come from the IoT credentials provider where CREDENTIALS_URL is set, otherwise from the SDK's own chain.
import { createReadStream, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { createInterface } from 'node:readline'
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

const { CREDENTIALS_URL, THING_NAME, CERTIFICATE, PRIVATE_KEY, CA_FILE, TABLE } = process.env
const [mode, file, count] = process.argv.slice(2)

const fetchCredentials = () => new Promise((resolve, reject) => {
  const sent = request(CREDENTIALS_URL, {
    cert: readFileSync(CERTIFICATE),
    key: readFileSync(PRIVATE_KEY),
    ca: readFileSync(CA_FILE),
    headers: { 'x-amzn-iot-thingname': THING_NAME },
    agent: false,
  }, async response => {
    let body = ''
    for await (const part of response) body += part
    if (response.statusCode !== 200) return reject(new Error(`the credentials provider answered ${response.statusCode}: ${body}`))
    const { credentials } = JSON.parse(body)
    resolve({ ...credentials, expiration: new Date(credentials.expiration) })
  })
  sent.on('error', reject).end()
})

const attribute = value => typeof value === 'number' ? { N: String(value) } : typeof value === 'boolean' ? { BOOL: value } : { S: value }

async function write (path, size) {
  const client = new DynamoDBClient(CREDENTIALS_URL ? { credentials: fetchCredentials } : {})
  let batch = []
  const send = async () => {
    let left = { [TABLE]: batch.map(Item => ({ PutRequest: { Item } })) }
    while (left && Object.keys(left).length > 0) left = (await client.send(new BatchWriteItemCommand({ RequestItems: left }))).UnprocessedItems
    batch = []
  }
  const lines = createInterface({ input: path === '-' ? process.stdin : createReadStream(path) })
  for await (const line of lines) {
    const Item = { serial_number: { S: THING_NAME } }
    for (const [name, value] of Object.entries(JSON.parse(line))) Item[name] = attribute(value)
    if (size === 1) await client.send(new PutItemCommand({ TableName: TABLE, Item }))
    else if (batch.push(Item) === size) await send()
  }
  if (batch.length > 0) await send()
}

if (mode === 'fetch') {
  for (let n = 0; n < Number(file); n++) {
    const begun = performance.now()
    await fetchCredentials()
    console.log((performance.now() - begun).toFixed(3))
  }
} else {
  await write(file, Number(count))
}
