// A Bluesky PDS with its own PLC directory, on loopback, for as long as standard input stays open.
// It says it is ready with one JSON line on standard output: {url, plc_url, directory}.
'use strict'

const { randomBytes } = require('node:crypto')
const { once } = require('node:events')
const fs = require('node:fs')
const net = require('node:net')
const os = require('node:os')
const path = require('node:path')

process.env.LOG_ENABLED = 'false'
const { PDS, envToCfg, envToSecrets } = require('@atproto/pds')
const { Database, PlcServer } = require('@did-plc/server')

// Both servers listen on every interface unless told otherwise, and neither can be told.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, ...rest) {
  return listen.call(this, { port, host: '127.0.0.1' }, ...rest.filter((r) => typeof r === 'function'))
}

const secret = () => randomBytes(32).toString('hex')

// The PDS writes its port into every DID document, so the port must be known before it is built.
async function freePort() {
  const probe = net.createServer()
  probe.listen(0)
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

function settings(directory, port, plcUrl) {
  return {
    devMode: true,
    hostname: 'localhost',
    port,
    dataDirectory: directory,
    blobstoreDiskLocation: path.join(directory, 'blobs'),
    didPlcUrl: plcUrl,
    serviceHandleDomains: ['.test'],
    inviteRequired: false,
    crawlers: [],
    disableSsrfProtection: true,
    rateLimitsEnabled: false,
    jwtSecret: secret(),
    dpopSecret: secret(),
    adminPassword: secret(),
    plcRotationKeyK256PrivateKeyHex: secret(),
  }
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'postops-pds-'))
  process.on('exit', () => fs.rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(0))
  process.stdin.on('close', () => process.exit(0)).on('error', () => process.exit(0)).resume()

  const plc = PlcServer.create({ db: Database.mock(), port: await freePort() })
  await plc.start()
  const plcUrl = `http://127.0.0.1:${plc.server.address().port}`

  const env = settings(directory, await freePort(), plcUrl)
  const pds = await PDS.create(envToCfg(env), envToSecrets(env))
  await pds.start()

  const ready = { url: `http://localhost:${env.port}`, plc_url: plcUrl, directory }
  process.stdout.write(JSON.stringify(ready) + '\n')
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
