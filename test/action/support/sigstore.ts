import { execFile } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer as createProxy } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import {
  fulcioHandler,
  type HandlerFn,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { createRemoteJWKSet, jwtVerify } from 'jose'

const run = promisify(execFile)

const hosts = {
  fulcio: ['fulcio.sigstore.dev', 'fulcio.githubapp.com'],
  rekor: ['rekor.sigstore.dev'],
  tsa: ['timestamp.githubapp.com'],
}
const sha256 = (bytes: string | Uint8Array): Buffer => createHash('sha256').update(bytes).digest()
const base64 = ({ buffer, byteOffset, byteLength }: ArrayBufferView): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64')
const port = (server: Server): number => (server.address() as AddressInfo).port
const listen = (server: Server): Promise<void> => new Promise((done) => server.listen(0, '127.0.0.1', done))

interface Proposed {
  spec: { proposedContent: { envelope: string; verifiers: string[] } }
}
interface Envelope {
  payload: string
  signatures: { sig: string }[]
}

/** What Rekor keeps of a proposed `dsse` entry: hashes, not the statement. https://github.com/sigstore/rekor/blob/main/pkg/types/dsse/v0.0.1/dsse_v0_0_1_schema.json */
function keptEntry(body: string): string {
  const { envelope, verifiers } = (JSON.parse(body) as Proposed).spec.proposedContent
  const { payload, signatures } = JSON.parse(envelope) as Envelope
  const hash = (bytes: string | Uint8Array) => ({ algorithm: 'sha256', value: sha256(bytes).toString('hex') })
  return JSON.stringify({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }, i) => ({ signature: sig, verifier: verifiers[i] })),
    },
  })
}

export interface Sigstore {
  /** For a run's environment: leads what goes to Sigstore's addresses here. */
  env: Record<string, string>
  /** What a verifier has to trust. */
  root: TrustedRoot
  /** `HOST PATH` of every request. */
  asked: string[]
  stop(): void
}

/**
 * Sigstore's services by its own authors' mock, on the loopback, behind a proxy that knows their real
 * addresses. Fulcio takes tokens of one issuer, for its audience, and names the workflow in the certificate.
 */
export async function startSigstore(dir: string, issuer: string): Promise<Sigstore> {
  const key = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ctLog = await initializeCTLog(key())
  const ca = await initializeCA(key(), ctLog)
  const tlog = await initializeTLog('https://rekor.sigstore.dev', key())
  const clock = new Date()
  const tsa = await initializeTSA(key(), clock)
  const [fulcio, rekor, stamp] = [
    fulcioHandler(ca, { subjectClaim: 'job_workflow_ref' }),
    rekorHandler(tlog),
    tsaHandler(tsa),
  ]
  /** Whole seconds: DER drops the zeros that a fraction ends in, and Sigstore's verifier reads three digits or none. */
  const timestamp: HandlerFn = (body) => {
    clock.setTime(Math.floor(Date.now() / 1000) * 1000)
    return stamp.fn(body)
  }
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks`))
  const certify: HandlerFn = async (body) => {
    const { oidcIdentityToken } = (JSON.parse(body) as { credentials: { oidcIdentityToken: string } }).credentials
    try {
      await jwtVerify(oidcIdentityToken, keys, { issuer, audience: 'sigstore' })
    } catch {
      return { statusCode: 401, response: 'the identity token is not good' }
    }
    return fulcio.fn(body)
  }
  const services = new Map<string, HandlerFn>([
    ...hosts.fulcio.map((host): [string, HandlerFn] => [host + fulcio.path, certify]),
    ...hosts.rekor.map((host): [string, HandlerFn] => [host + rekor.path, (body) => rekor.fn(keptEntry(body))]),
    ...hosts.tsa.map((host): [string, HandlerFn] => [host + stamp.path, timestamp]),
  ])

  const names = Object.values(hosts).flat()
  const files = { key: join(dir, 'sigstore.key'), cert: join(dir, 'sigstore.pem') }
  const tls = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`
  const to = [
    '-subj',
    '/CN=Sigstore on the loopback',
    '-addext',
    alternatives,
    '-keyout',
    files.key,
    '-out',
    files.cert,
  ]
  await run('openssl', [...tls, ...to])

  const asked: string[] = []
  const server = createServer({ key: readFileSync(files.key), cert: readFileSync(files.cert) }, (request, response) => {
    const target = `${request.headers.host}${request.url}`
    asked.push(target)
    text(request)
      .then((body) => services.get(target)?.(body))
      .then((done) => {
        response.writeHead(done?.statusCode ?? 404, { 'content-type': done?.contentType ?? 'text/plain' })
        response.end(done?.response)
      })
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const proxy = createProxy()
  proxy.on('connect', (request, client, head) => {
    const host = (request.url ?? '').replace(/:443$/, '')
    if (!names.includes(host)) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const upstream = connect(port(server), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
  })
  await Promise.all([listen(server), listen(proxy)])

  const chain = (...certificates: ArrayBufferView[]) => ({
    certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
    validFor: { start: new Date(0).toISOString() },
  })
  const log = (publicKey: Buffer, id: ArrayBufferView) => ({
    logId: { keyId: base64(id) },
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: base64(publicKey),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: new Date(0).toISOString() },
    },
  })
  return {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${port(proxy)}`,
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: files.cert,
    },
    root: TrustedRoot.fromJSON({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [chain(ca.rootCertificate)],
      timestampAuthorities: [chain(tsa.intCertificate, tsa.rootCertificate)],
      tlogs: [{ baseUrl: 'https://rekor.sigstore.dev', ...log(tlog.publicKey, sha256(tlog.publicKey)) }],
      ctlogs: [log(ctLog.publicKey, ctLog.logID)],
    }),
    asked,
    stop() {
      proxy.closeAllConnections()
      proxy.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
