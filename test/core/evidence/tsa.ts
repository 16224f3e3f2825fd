import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'

const run = promisify(execFile)

const settings = `[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
ordering = yes
tsa_name = yes
ess_cert_id_alg = sha256
`
const usage = 'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n'

interface Authority {
  url: string
  /** Certificate of its root, PEM. */
  root: string
  reply(request: Uint8Array): Promise<Buffer>
  close(): Promise<void>
}

/** A timestamp authority by OpenSSL, on the loopback. `extensions` of the certificate that signs. */
export async function openAuthority(dir: string, key: string[], extensions = usage): Promise<Authority> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: dir })
  await writeFile(join(dir, 'tsa.cnf'), settings)
  await writeFile(join(dir, 'serial'), '01\n')
  await writeFile(join(dir, 'extensions'), extensions)
  const ca = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem']
  await openssl('req', '-x509', ...ca, '-days', '3650', '-subj', '/CN=Test root')
  await openssl('req', ...key, '-nodes', '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=Test authority')
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650', '-extfile', 'extensions']
  await openssl('x509', '-req', '-in', 'tsa.csr', ...by, '-out', 'tsa.pem')
  let replies = 0
  const reply = async (request: Uint8Array): Promise<Buffer> => {
    const name = `reply${replies++}`
    await writeFile(join(dir, `${name}.tsq`), request)
    await openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', `${name}.tsq`, '-out', `${name}.tsr`)
    return readFile(join(dir, `${name}.tsr`))
  }
  const server = createServer((request, response) => {
    buffer(request)
      .then(reply)
      .then(
        (bytes) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(bytes),
        () => response.writeHead(500).end(),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    root: await readFile(join(dir, 'ca.pem'), 'utf8'),
    reply,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

export const keyOf = {
  rsa: ['-newkey', 'rsa:2048'],
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
}
