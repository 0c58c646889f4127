// MQTT.js, unmodified, against the testbed's broker:
//   node mqtt-client.mjs PORT FOLDER 4|5 [ALPN]
// FOLDER holds a device's ca.pem, certificate.pem and private.key; its policies must allow everything but the topics below forbidden/.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import mqtt from 'mqtt'

const [port, folder, version, alpn] = process.argv.slice(2)
const v5 = version === '5'
const read = name => readFileSync(`${folder}/${name}`)
const options = {
  host: 'localhost', port, protocol: 'mqtts', protocolVersion: Number(version), reconnectPeriod: 0,
  ca: read('ca.pem'), cert: read('certificate.pem'), key: read('private.key'), ...(alpn ? { ALPNProtocols: [alpn] } : {}),
}
const connect = more => mqtt.connectAsync({ ...options, ...more })
const next = async client => { const [topic, payload, packet] = await once(client, 'message'); return { topic, payload: payload.toString(), packet } }

// Messages both ways, small and large, with what MQTT 5 passes on.
const client = await connect({ clientId: 'js-1', properties: v5 ? { sessionExpiryInterval: 0 } : undefined })
const granted = await client.subscribeAsync({ 'js/+': { qos: 1 }, 'other/#': { qos: 0 } })
assert.deepEqual(granted.map(g => g.qos), [1, 0])
const properties = v5 ? { contentType: 'text/plain', userProperties: { k: 'v' }, responseTopic: 'answers' } : undefined
let message = next(client)
await client.publishAsync('js/a', 'hello', { qos: 1, properties })
let got = await message
assert.deepEqual([got.topic, got.payload, got.packet.qos], ['js/a', 'hello', 1])
if (v5) assert.equal(got.packet.properties.userProperties.k, 'v')
message = next(client)
await client.publishAsync('other/b/c', 'x'.repeat(100_000))
assert.equal((await message).payload.length, 100_000)

// Retained: a wildcard does not see it, the exact topic does.
await client.publishAsync('kept/js', 'kept', { qos: 1, retain: true })
await client.subscribeAsync('kept/+', { qos: 1 })
message = next(client)
await client.subscribeAsync('kept/js', { qos: 1 })
got = await message
assert.deepEqual([got.payload, got.packet.retain], ['kept', true])
await client.publishAsync('kept/js', '', { qos: 1, retain: true })

// What the policy forbids.
const subscribed = await client.subscribeAsync('forbidden/x', { qos: 1 }).then(g => g[0].qos, error => error.code ?? 128)
assert.ok(subscribed >= 128, `granted ${subscribed}`)
if (v5) {
  await assert.rejects(client.publishAsync('forbidden/x', '', { qos: 1 }), error => error.code === 135)
  assert.ok(client.connected)
} else {
  const closed = once(client, 'close')
  client.publish('forbidden/x', '', { qos: 1 })
  await closed
}
await client.endAsync(true)

// A session that outlives its connection.
const persistent = { clientId: 'js-2', clean: false, properties: v5 ? { sessionExpiryInterval: 60 } : undefined }
const sleeper = await connect(persistent)
await sleeper.subscribeAsync('sleep/js', { qos: 1 })
await sleeper.endAsync()
const sender = await connect({ clientId: 'js-3' })
await sender.publishAsync('sleep/js', 'while away', { qos: 1 })
await new Promise(resolve => setTimeout(resolve, 1100)) // one CONNECT a second and client id
const again = mqtt.connect({ ...options, ...persistent })
message = next(again)
const [connack] = await once(again, 'connect')
assert.equal(connack.sessionPresent, true)
assert.equal((await message).payload, 'while away')

// A client id taken over, and a will.
const watcher = await connect({ clientId: 'js-4', will: { topic: 'gone/js', payload: 'gone', qos: 1 } })
await sender.subscribeAsync('gone/js', { qos: 1 })
message = next(sender)
watcher.stream.destroy()
assert.equal((await message).payload, 'gone')
const told = v5 ? once(again, 'disconnect') : once(again, 'close')
await new Promise(resolve => setTimeout(resolve, 1100))
const twin = await connect(persistent)
const [end] = await told
if (v5) assert.equal(end.reasonCode, 142)
await Promise.all([twin, sender, again].map(c => c.endAsync(true)))
console.log('ok')
