// aedes, an MQTT 3.1.1 broker that we did not write, on a loopback port of its choice:
//   node broker.mjs
// Prints the port when it listens; ends with its standard input.
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

const broker = await Aedes.createBroker()
broker.authorizeSubscribe = (client, subscription, done) => done(null, subscription.topic.startsWith('forbidden/') ? null : subscription)
const server = createServer(broker.handle)
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
process.stdin.on('end', () => process.exit(0)).resume()
