import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { inTotoType, signEnvelope, verifyEnvelope } from '../../../core/evidence/attest.ts'
import { newKey, parseSignerKey } from '../../../core/evidence/log/keys.ts'

const refused = expect.objectContaining({ code: 'SIGNATURE_INVALID' })

test('the published vector of DSSE (ECDSA P-256, secure-systems-lab/dsse protocol.md)', () => {
  const coordinate = (decimal: string): string =>
    Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url')
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: coordinate('46950820868899156662930047687818585632848591499744589407958293238635476079160'),
      y: coordinate('5640078356564379163099075877009565129882514886557779369047442380624545832820'),
    },
  })
  const envelope = {
    payload: 'aGVsbG8gd29ybGQ=',
    payloadType: 'http://example.com/HelloWorld',
    signatures: [
      {
        keyid: '66301bbf',
        sig: 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==',
      },
    ],
  }
  const { payloadType, payload } = verifyEnvelope(envelope, [key])
  expect([payloadType, Buffer.from(payload).toString()]).toEqual([envelope.payloadType, 'hello world'])
  const pem = key.export({ format: 'pem', type: 'spki' }).toString()
  expect(verifyEnvelope(JSON.stringify(envelope), [pem]).payloadType).toBe(payloadType)
  expect(() => verifyEnvelope({ ...envelope, payloadType: 'http://example.com/HelloWorlD' }, [key])).toThrow(refused)
  expect(() => verifyEnvelope({ ...envelope, payload: 'aGVsbG8gd29ybGU=' }, [key])).toThrow(refused)
})

describe('envelopes', () => {
  const key = newKey('log.test')
  const signer = parseSignerKey(key.skey)
  const payload = Buffer.from('{"ö":1}')
  const envelope = signEnvelope(inTotoType, payload, signer)

  test('what was signed is what is read; lengths are of bytes', () => {
    expect(Buffer.from(verifyEnvelope(envelope, [key.vkey]).payload)).toEqual(payload)
    expect(signEnvelope(inTotoType, payload, signer)).toEqual(envelope)
  })
  test('one known signature is enough, keyid is not believed', () => {
    const other = generateKeyPairSync('ed25519')
    const sig = sign(null, Buffer.from('other'), other.privateKey).toString('base64')
    const two = { ...envelope, signatures: [{ keyid: 'x', sig }, { sig: envelope.signatures[0]!.sig }] }
    expect(verifyEnvelope(two, [key.vkey]).payloadType).toBe(inTotoType)
    expect(() => verifyEnvelope(two, [other.publicKey])).toThrow(refused)
    expect(() => verifyEnvelope(envelope, [])).toThrow(refused)
  })
  test.each([
    '',
    '{',
    '[]',
    'null',
    '{"payload":"","payloadType":"x","signatures":{}}',
    '{"payload":"","payloadType":"x","signatures":[null]}',
  ])('%j is no envelope', (text) => {
    expect(() => verifyEnvelope(text, [key.vkey])).toThrow(refused)
  })
})
