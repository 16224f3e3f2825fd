import { hash, X509Certificate } from 'node:crypto'
import type { Certificate, SignedData, TimeStampResp } from 'pkijs'
import { AtomicError } from '../platform/errors.ts'

/** Timestamps of RFC 3161, checked against roots that the caller trusts. */

const sha256Oid = '2.16.840.1.101.3.4.2.1'
const tstInfoOid = '1.2.840.113549.1.9.16.1.4'
const contentTypeOid = '1.2.840.113549.1.9.3'
const signingCertificateV2Oid = '1.2.840.113549.1.9.16.2.47'
const signingCertificateOid = '1.2.840.113549.1.9.16.2.12'
const extendedKeyUsageOid = '2.5.29.37'
const timeStampingOid = '1.3.6.1.5.5.7.3.8'

const refuse = (detail: string, cause?: unknown): never => {
  throw new AtomicError('TIMESTAMP_INVALID', { detail, ...(cause === undefined ? {} : { cause }) })
}
const plain = (data: Uint8Array): ArrayBuffer => new Uint8Array(data).buffer

/** The DER of a request for a timestamp over `data`, by its SHA-256. */
export async function timestampRequest(data: Uint8Array): Promise<Uint8Array> {
  const { AlgorithmIdentifier, MessageImprint, TimeStampReq } = await import('pkijs')
  const { OctetString } = await import('asn1js')
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: sha256Oid }),
      hashedMessage: new OctetString({ valueHex: plain(hash('sha256', data, 'buffer')) }),
    }),
    certReq: true,
  })
  return new Uint8Array(request.toSchema().toBER())
}

export interface Timestamp {
  /** ISO 8601 UTC: the data was there by then. */
  time: string
  /** Subject of the authority's certificate. */
  authority: string
}

async function read(response: Uint8Array): Promise<{ answer: TimeStampResp; signed: SignedData }> {
  const { SignedData, TimeStampResp } = await import('pkijs')
  try {
    const answer = TimeStampResp.fromBER(plain(response))
    if (answer.status.status > 1) refuse(`The authority granted no timestamp (status ${answer.status.status}).`)
    if (!answer.timeStampToken) return refuse('The answer has no timestamp.')
    return { answer, signed: new SignedData({ schema: answer.timeStampToken.content }) }
  } catch (error) {
    if (error instanceof AtomicError) throw error
    return refuse('Not an RFC 3161 response.', error)
  }
}

/** RFC 3161 §2.3: the certificate is for timestamps, critically, and for nothing else. */
function mustBeAuthority(certificate: Certificate): void {
  const usage = certificate.extensions?.find((e) => e.extnID === extendedKeyUsageOid)
  const purposes = (usage?.parsedValue as { keyPurposes?: string[] } | undefined)?.keyPurposes ?? []
  if (!usage?.critical || purposes.length !== 1 || purposes[0] !== timeStampingOid)
    refuse('The signer’s certificate is not one for timestamps alone.')
}

/** The signature says which certificate it is by (RFC 5816), so that it cannot be put under another's name. */
function mustNameCertificate({ signerInfos }: SignedData, certificate: Uint8Array): void {
  const attributes = signerInfos[0]?.signedAttrs?.attributes ?? refuse('The timestamp has no signed attributes.')
  const named = attributes.flatMap(({ type, values }) => {
    if (type !== signingCertificateOid && type !== signingCertificateV2Oid) return []
    const der = Buffer.from((values[0] as { toBER(): ArrayBuffer }).toBER())
    return [der]
  })
  const contentType = attributes.find(({ type }) => type === contentTypeOid)?.values[0] as
    | { valueBlock: { toString(): string } }
    | undefined
  if (contentType?.valueBlock.toString() !== tstInfoOid) refuse('The signed content is no timestamp.')
  const digests = ['sha1', 'sha256', 'sha384', 'sha512'].map((name) => hash(name, certificate, 'buffer'))
  if (!named.some((der) => digests.some((digest) => der.includes(digest))))
    refuse('The timestamp does not name the certificate that signed it.')
}

/**
 * Judges a timestamp over `data` (RFC 3161 §2.4, RFC 5816).
 * @param roots certificates in PEM that the caller trusts
 * @throws AtomicError `TIMESTAMP_INVALID`, also for what is no timestamp.
 */
export async function verifyTimestamp(
  response: Uint8Array,
  data: Uint8Array,
  roots: readonly string[],
): Promise<Timestamp> {
  const { Certificate, TSTInfo } = await import('pkijs')
  const trustedCerts = roots.map((pem) => {
    try {
      return Certificate.fromBER(plain(new X509Certificate(pem).raw))
    } catch (cause) {
      throw new AtomicError('INVALID_REQUEST', {
        detail: 'A root of the timestamp authority is no certificate.',
        cause,
      })
    }
  })
  const { signed } = await read(response)
  const { encapContentInfo, signerInfos } = signed
  if (encapContentInfo.eContentType !== tstInfoOid || !encapContentInfo.eContent || signerInfos.length !== 1)
    refuse('The answer is signed, but is no timestamp.')
  let time: Date
  let signer: Certificate
  try {
    const info = TSTInfo.fromBER(encapContentInfo.eContent!.getValue())
    const { hashAlgorithm, hashedMessage } = info.messageImprint
    if (hashAlgorithm.algorithmId !== sha256Oid) refuse('The timestamp is over another hash than SHA-256.')
    if (!hash('sha256', data, 'buffer').equals(Buffer.from(hashedMessage.getValue())))
      refuse('The timestamp is over something else.')
    time = info.genTime
    const verdict = await signed.verify({
      signer: 0,
      data: plain(data),
      trustedCerts,
      checkChain: true,
      checkDate: time,
      extendedMode: true,
    })
    if (verdict.signatureVerified !== true || verdict.signerCertificateVerified !== true || !verdict.signerCertificate)
      refuse('The signature of the timestamp is wrong.')
    signer = verdict.signerCertificate!
  } catch (error) {
    if (error instanceof AtomicError) throw error
    const { message } = error as { message?: string }
    return refuse(`The timestamp cannot be verified: ${message ?? 'unreadable'}.`, error)
  }
  mustBeAuthority(signer)
  const der = new Uint8Array(signer.toSchema(true).toBER())
  mustNameCertificate(signed, der)
  return { time: time.toISOString(), authority: new X509Certificate(der).subject.replaceAll('\n', ', ') }
}
