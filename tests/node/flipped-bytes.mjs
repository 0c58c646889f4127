// Takes a request that the AWS SDK for JavaScript signed, checks that it is accepted, then sends it again and again with one byte changed:
//   node flipped-bytes.mjs TABLE
// Every byte of the body and of each signed header is flipped in turn. Prints how many changed requests were refused, by error.
import assert from 'node:assert/strict'
import http from 'node:http'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'

const TableName = process.argv[2]
const client = new DynamoDBClient({ maxAttempts: 1 })
let signed
client.middlewareStack.add(
  next => async args => { signed = structuredClone({ method: args.request.method, path: args.request.path, headers: args.request.headers, body: args.request.body }); return next(args) },
  { step: 'finalizeRequest', priority: 'low', name: 'capture' })
await client.send(new PutItemCommand({ TableName, Item: { serial_number: { S: 'SN1' }, timestamp: { S: '2026-03-01T12:00:00.000Z' }, temperature: { N: '21.5' } } }))

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const send = ({ headers, body }) => new Promise((resolve, reject) => {
  const { host, ...rest } = headers
  const url = new URL(process.env.AWS_ENDPOINT_URL_DYNAMODB)
  const request = http.request({ agent, host: url.hostname, port: url.port, method: 'POST', path: signed.path, headers: { ...rest, host, 'content-length': Buffer.byteLength(body) }, setHost: false }, response => {
    const chunks = []
    response.on('data', c => chunks.push(c))
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const answer = text.startsWith('{') ? JSON.parse(text) : {}
      resolve({ status: response.statusCode, type: (answer.__type ?? text.slice(0, 40)).split('#').pop(), message: answer.message ?? answer.Message })
    })
  })
  request.on('error', reject)
  request.end(body)
})

assert.equal((await send(signed)).status, 200, 'the request as the SDK signed it')

// One bit that keeps a printable character printable, so that the change meets the check and not the HTTP parser.
const flip = (text, at) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1)
const refusals = {}
const refuse = async (what, changed, expected) => {
  const { status, type, message } = await send({ ...signed, ...changed })
  assert.notEqual(status, 200, `${what}: accepted`)
  assert.ok(expected.includes(type), `${what}: ${status} ${type} ${message}, not one of ${expected}`)
  const key = `${what.split('[')[0]} ${type}`
  refusals[key] = (refusals[key] ?? 0) + 1
}

const SIGNATURE = ['InvalidSignatureException']
for (let i = 0; i < signed.body.length; i++) await refuse(`body[${i}]`, { body: flip(signed.body, i) }, SIGNATURE)

const header = name => Object.keys(signed.headers).find(h => h.toLowerCase() === name)
const authorization = signed.headers[header('authorization')]
const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)[1].split(';')
const expectations = {
  // What is no host name any more, the HTTP server refuses by itself (400, no body).
  host: ['InvalidSignatureException', ''],
  'x-amz-date': ['InvalidSignatureException', 'IncompleteSignatureException'],
  'x-amz-security-token': ['UnrecognizedClientException'],
  // Another operation or content type is refused before anybody looks at the signature.
  'x-amz-target': ['InvalidSignatureException', 'UnknownOperationException'],
  'content-type': ['InvalidSignatureException', '<UnknownOperationException/>\n'],
}
for (const name of signedHeaders.filter(n => n !== 'content-length')) {
  const value = signed.headers[header(name)]
  for (let i = 0; i < value.length; i++)
    await refuse(`${name}[${i}]`, { headers: { ...signed.headers, [header(name)]: flip(value, i) } }, expectations[name] ?? SIGNATURE)
}

const start = { signature: authorization.indexOf('Signature=') + 10, accessKey: authorization.indexOf('Credential=') + 11 }
const authorize = at => ({ headers: { ...signed.headers, [header('authorization')]: flip(authorization, at) } })
for (let i = 0; i < 64; i++) await refuse(`signature[${i}]`, authorize(start.signature + i), SIGNATURE)
for (let i = 0; i < 20; i++) await refuse(`access key[${i}]`, authorize(start.accessKey + i), ['UnrecognizedClientException'])
const scope = authorization.indexOf('/', start.accessKey) + 1
for (let i = scope; i < authorization.indexOf(',', scope); i++)
  await refuse(`scope[${i - scope}]`, authorize(i), ['InvalidSignatureException', 'IncompleteSignatureException'])

agent.destroy()
console.log(JSON.stringify(refusals))
