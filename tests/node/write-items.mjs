// The unmodified AWS SDK for JavaScript with its default credential chain: node write-items.mjs TABLE SERIAL STOPFILE
// Puts items until the file is there, and prints how many. Exits 1 at the first one that fails.
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

const [TableName, serial, stopFile] = process.argv.slice(2)
const client = new DynamoDBClient({})
let count = 0
do {
  if (count) await setTimeout(200)
  await client.send(new PutItemCommand({ TableName, Item: { serial_number: { S: serial }, timestamp: { S: String(count++).padStart(6, '0') } } }))
} while (!existsSync(stopFile))
console.log(count)
