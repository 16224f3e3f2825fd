#!/usr/bin/env node
// Checks an Atomic audit pack with nothing but Node 18 or later:
//
//   node verify-pack.mjs PACK.zip VKEY [ANCHOR]
//
// VKEY is the log's verifier key, ANCHOR a signed checkpoint kept from earlier. Have both, and this
// file, by another way than the pack. Exit 0: every claim holds; 1: one does not; 2: used wrongly.
// It is a second implementation on purpose: it shares no line with `atomic verify-pack`.

import { createHash, createHmac, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const fail = (message) => {
  throw new Error(message)
}
const sha256 = (...parts) => parts.reduce((h, part) => h.update(part), createHash('sha256')).digest()
const hexSha256 = (data) => sha256(data).toString('hex')
const unbase64 = (text, what) => {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : fail(`${what}: not base 64`)
}
const parse = (text, what) => {
  try {
    return JSON.parse(text)
  } catch {
    return fail(`${what}: not JSON`)
  }
}

/** RFC 8785: members sorted by UTF-16 code units, everything else as ECMAScript writes it. */
const canonical = (value) => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  return c >>> 0
})
const crc32 = (data) => {
  let crc = 0xffffffff
  for (const byte of data) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 255]
  return (crc ^ 0xffffffff) >>> 0
}

/** Stored files one after another, then a directory that says the same, and nothing else. */
function unzip(zip) {
  const files = new Map()
  const folded = new Set()
  const directory = []
  let at = 0
  while (at + 30 <= zip.length && zip.readUInt32LE(at) === 0x04034b50) {
    const [crc, size] = [zip.readUInt32LE(at + 14), zip.readUInt32LE(at + 22)]
    const nameEnd = at + 30 + zip.readUInt16LE(at + 26)
    const name = zip.toString('utf8', at + 30, nameEnd)
    const stored =
      zip.readUInt16LE(at + 8) === 0 && zip.readUInt32LE(at + 18) === size && zip.readUInt16LE(at + 28) === 0
    const data = zip.subarray(nameEnd, nameEnd + size)
    if (!stored || data.length !== size || crc32(data) !== crc) fail(`${name}: not stored whole`)
    if (folded.has(name.normalize('NFC').toLowerCase())) fail(`${name} is there twice`)
    if (/^\/|\\|(^|\/)\.\.(\/|$)|[\x00-\x1f]/.test(name)) fail(`${JSON.stringify(name)}: no name of a file in a pack`)
    folded.add(name.normalize('NFC').toLowerCase())
    files.set(name, data)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(0x032d, 4)
    zip.copy(entry, 6, at + 4, at + 30)
    entry.writeUInt32LE(0x81a40020, 38)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, zip.subarray(at + 30, nameEnd))
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16LE(10, 0)
    fixed.writeUInt16LE(nameEnd - at - 30 === name.length ? 0 : 0x0800, 2)
    fixed.writeUInt16LE(0x21, 8)
    if (!zip.subarray(at + 4, at + 14).equals(fixed)) fail(`${name}: its header is not as a pack’s is`)
    at = nameEnd + size
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.size, 8)
  end.writeUInt16LE(files.size, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  const names = [...files.keys()]
  if (names.some((name, i) => i > 0 && Buffer.compare(Buffer.from(names[i - 1]), Buffer.from(name)) >= 0))
    fail('the files are out of order')
  if (!zip.subarray(at).equals(Buffer.concat([central, end]))) fail('the directory does not say what the files are')
  return files
}

/** `NAME+ID+BASE64(0x01 ‖ public key)`, https://c2sp.org/signed-note. */
function verifierKey(vkey) {
  const [name, id, ...rest] = vkey.trim().split('+')
  const material = unbase64(rest.join('+'), 'the key')
  if (material.length !== 33 || material[0] !== 1) fail('the key is not an Ed25519 verifier key')
  if (sha256(`${name}\n`, material).toString('hex', 0, 4) !== id) fail('the key’s id does not belong to it')
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), material.subarray(1)])
  return { name, id, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) }
}

/** A signed note that is a checkpoint, https://c2sp.org/tlog-checkpoint. */
function openCheckpoint(note, key) {
  const split = note.lastIndexOf('\n\n')
  const body = note.slice(0, split + 1)
  const mine = note
    .slice(split + 2)
    .split('\n')
    .filter((line) => line.startsWith(`— ${key.name} `))
  const signed = mine.some((line) => {
    const bytes = unbase64(line.split(' ')[2], 'the checkpoint’s signature')
    return bytes.toString('hex', 0, 4) === key.id && verify(null, Buffer.from(body), key.publicKey, bytes.subarray(4))
  })
  if (!signed) fail('the checkpoint is not signed by this key')
  const [origin, size, root] = body.split('\n')
  if (!/^(0|[1-9]\d*)$/.test(size)) fail('the checkpoint has no size')
  return { origin, size: Number(size), root: unbase64(root, 'the root') }
}

const leafHash = (text) => sha256(Buffer.from([0]), text)
const nodeHash = (left, right) => sha256(Buffer.from([1]), left, right)

/** Root of a tree over hashes that are leaves already, RFC 6962 §2.1. */
function rootOf(hashes, from, to) {
  if (to - from === 0) return sha256(Buffer.alloc(0))
  if (to - from === 1) return hashes[from]
  let k = 1
  while (k * 2 < to - from) k *= 2
  return nodeHash(rootOf(hashes, from, from + k), rootOf(hashes, from + k, to))
}

/** The leaf hashes of the whole log, from the lowest tiles, https://c2sp.org/tlog-tiles. */
function leafHashes(files, size) {
  const hashes = []
  for (let n = 0; n * 256 < size; n++) {
    const digits = String(n)
      .padStart(Math.ceil(String(n).length / 3) * 3, '0')
      .match(/\d{3}/g)
    const path = digits.map((group, i) => (i < digits.length - 1 ? `x${group}` : group)).join('/')
    const width = Math.min(256, size - n * 256)
    const name = `log/tile/0/${path}${width < 256 ? `.p/${width}` : ''}`
    const tile = files.get(name) ?? fail(`${name} is missing`)
    if (tile.length !== width * 32) fail(`${name} has the wrong length`)
    for (let i = 0; i < width; i++) hashes.push(tile.subarray(i * 32, i * 32 + 32))
  }
  return hashes
}

/** Root that an inclusion proof leads to, RFC 9162 §2.1.3.2. */
function rootFromProof(index, size, leaf, proof) {
  let [fn, sn, root] = [BigInt(index), BigInt(size) - 1n, leaf]
  for (const hash of proof) {
    if (sn === 0n) fail('a proof is too long')
    if (fn & 1n || fn === sn) {
      root = nodeHash(hash, root)
      while (!(fn & 1n) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n]
    } else root = nodeHash(root, hash)
    ;[fn, sn] = [fn >> 1n, sn >> 1n]
  }
  return sn === 0n ? root : fail('a proof is too short')
}

function checkManifest(files) {
  const manifest = parse(String(files.get('manifest.json') ?? fail('manifest.json is missing')), 'manifest.json')
  if (!files.has('attestation.intoto.jsonl')) fail('attestation.intoto.jsonl is missing')
  const own = new Set(['manifest.json', 'attestation.intoto.jsonl'])
  for (const { path, size, sha256: digest } of manifest.files) {
    const data = files.get(path) ?? fail(`${path} is missing`)
    if (own.has(path) || data.length !== size || hexSha256(data) !== digest)
      fail(`${path} is not what the manifest says`)
    own.add(path)
  }
  for (const name of files.keys()) if (!own.has(name)) fail(`${name} is not in the manifest`)
  return manifest
}

function checkAttestation(files, key) {
  const lines = String(files.get('attestation.intoto.jsonl')).split('\n').slice(0, -1)
  return lines.map((line, i) => {
    const { payloadType, payload, signatures, ...more } = parse(line, 'attestation.intoto.jsonl')
    const bytes = unbase64(payload, 'an attestation')
    const pae = Buffer.concat([
      Buffer.from(`DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${bytes.length} `),
      bytes,
    ])
    const [one, ...others] = signatures
    const rebuilt = JSON.stringify({
      payloadType,
      payload,
      signatures: [{ keyid: `${key.name}+${key.id}`, sig: one?.sig }],
    })
    const signed = verify(null, pae, key.publicKey, unbase64(one?.sig ?? '', 'an attestation'))
    if (!signed || others.length > 0 || Object.keys(more).length > 0 || rebuilt !== line)
      fail(`attestation ${i + 1} is not signed by this key`)
    return parse(bytes.toString(), 'an attestation')
  })
}

function checkEvents(files, note, { size, root }, hashes, missionId) {
  const text = String(files.get('events.jsonl') ?? fail('events.jsonl is missing'))
  const events = text
    .split('\n')
    .slice(0, -1)
    .map((line) => parse(line, 'events.jsonl'))
  const erased = new Map()
  for (const { index, leaf, body } of events)
    if (leaf.type === 'erasure' && body) for (const id of body.payload.eventIds) erased.set(id, index)
  let last = { index: -1, leaf: { recordedAt: '' } }
  for (const event of events) {
    const { index, leaf, salt, body } = event
    const { commitment, eventId, recordedAt, type, v } = leaf
    if (index <= last.index || recordedAt < last.leaf.recordedAt) fail(`event ${index} is out of order`)
    const hash = leafHash(canonical({ commitment, eventId, recordedAt, type, v }))
    const name = `log/${index}.tlog-proof`
    const [head, where, ...rest] = String(files.get(name) ?? fail(`${name} is missing`)).split('\n')
    const border = rest.indexOf('')
    const proof = rest.slice(0, border).map((line) => unbase64(line, name))
    if (head !== 'c2sp.org/tlog-proof@v1' || where !== `index ${index}` || rest.slice(border + 1).join('\n') !== note)
      fail(`${name} proves something else`)
    if (!rootFromProof(index, size, hash, proof).equals(root)) fail(`event ${index} is not in the log`)
    if (!hash.equals(hashes[index])) fail(`another entry stands at ${index}`)
    if (salt === null && body === null) {
      if (!(erased.get(eventId) > index)) fail(`event ${index} is blank, and no erasure is recorded`)
    } else {
      const { actor, artifacts, missionId: mission, payload } = body
      const bytes = canonical({ actor, artifacts, missionId: mission, payload })
      if (createHmac('sha256', Buffer.from(salt, 'hex')).update(bytes).digest('hex') !== commitment)
        fail(`event ${index} is not what was committed to`)
      if (mission !== missionId) fail(`event ${index} is of another mission`)
      const apart = Object.keys(payload).length === 1 &&
        artifacts.find((a) => a.name === 'payload.json' && a.digest === payload.artifact) // biome-ignore format: one condition
      if (apart) {
        const name = `payloads/${index}.json`
        const data = files.get(name) ?? fail(`${name} is missing`)
        if (`sha256:${hexSha256(data)}` !== apart.digest) fail(`${name} is not the payload of event ${index}`)
        body.payload = parse(String(data), name)
      }
      for (const { name: path, digest } of artifacts)
        if (/^(changespec\.json$|diffs\/|tests\/|mutation\/)/.test(path)) {
          const digests = [path, `superseded/${index}/${path}`].map(
            (p) => files.has(p) && `sha256:${hexSha256(files.get(p))}`,
          )
          if (!digests.includes(digest)) fail(`${path} is not the artifact of event ${index}`)
        }
    }
    last = event
  }
  return events
}

/** Approved before it ran, by others; what landed is what was approved; nothing is missing. */
function checkMission(events, files) {
  const said = events
    .filter((e) => e.body)
    .map(({ index, leaf, body }) => ({
      ...body.payload,
      planned: body.payload.index,
      index,
      type: leaf.type,
      actor: body.actor,
    }))
  const erased = events.length - said.length
  const numbers = said.filter((e) => e.seq !== undefined).map((e) => e.seq)
  if (numbers.some((n, i) => i > 0 && n <= numbers[i - 1]) || (numbers.at(-1) ?? -1) + 1 - numbers.length > erased)
    fail('events are missing')
  const end = said.findLast((e) => e.type === 'mission.completed')
  if (!end) return ['the mission did not complete: nothing more is claimed']
  const proposer = said.find((e) => e.type === 'mission.created')?.proposer.login.toLowerCase()
  const notes = []
  let tree
  for (const event of said) {
    const plan = said.findLast((e) => e.type === 'mission.planned' && e.index < event.index)
    if (event.type === 'mission.planned') tree = event.baseTree
    if (event.type !== 'batch.applied' && event.type !== 'batch.rolled_back') continue
    if (tree !== undefined && event.baseTree !== tree)
      fail(`batch ${event.batchId} did not begin where the one before ended`)
    tree = event.resultTree
    if (event.type !== 'batch.applied' || !plan) continue
    if (!plan.batches.some((b) => b.index === event.planned && b.baseTree === event.baseTree && b.resultTree === tree))
      fail(`batch ${event.batchId} was not planned`)
    const withdrawn = (a) =>
      said.some((w) => w.type === 'approval.withdrawn' && w.index > a.index && w.index < event.index && w.checkpoint === 'plan' &&
        (w.login === undefined || w.login.toLowerCase() === a.actor.login.toLowerCase()) && (w.reference === undefined || w.reference === a.reference)) // biome-ignore format: one condition
    const approvals = said.filter((a) => a.type === 'checkpoint.approved' && a.checkpoint === 'plan' && a.index > plan.index && a.index < event.index &&
      a.planDigest === plan.planDigest && a.actor.type === 'human' && a.automatic !== true && !withdrawn(a)) // biome-ignore format: one condition
    const logins = new Set(approvals.map((a) => a.actor.login.toLowerCase()))
    const needed = plan.policy.required.plan
    if (logins.size < needed) fail(`batch ${event.batchId} ran on ${logins.size} approvals where ${needed} were needed`)
    logins.delete(proposer)
    if (logins.size < needed && !plan.policy.solo)
      fail(`batch ${event.batchId}: the proposer’s own approval was counted`)
    if (logins.size < needed) notes.push('SELF_APPROVED')
  }
  const plan = said.findLast((e) => e.type === 'mission.planned' && e.index < end.index)
  if (!plan) return [...notes, 'the mission had no plan to compare with']
  const { baseTree, engine, resultTree, planDigest } = plan
  const changeSpec = parse(
    String(files.get('changespec.json') ?? fail('changespec.json is missing')),
    'changespec.json',
  )
  if (`sha256:${hexSha256(canonical({ baseTree, changeSpec, engine, resultTree }))}` !== planDigest)
    fail('the plan digest does not follow from changespec.json')
  const landed = said.findLast((e) => e.type === 'batch.applied' && e.index < end.index)
  if ((end.resultTree ?? landed?.resultTree) !== resultTree || (landed && landed.resultTree !== resultTree))
    fail('another tree landed than was approved')
  const runs = said.filter(
    (e) => e.type === 'verify.completed' && e.trusted && e.index > (landed?.index ?? 0) && e.index < end.index,
  )
  if (runs.length > 0 && !runs.at(-1).passed) fail('the last trusted verification did not pass')
  if (plan.policy.verifyRequired && !runs.some((run) => run.by !== 'app')) fail('no trusted run verified what landed')
  return notes
}

/** @throws Error naming what does not hold. Answers what holds, line by line. */
export function verifyPack(zip, vkey, anchor) {
  const key = verifierKey(vkey)
  const files = unzip(zip)
  const manifest = checkManifest(files)
  const note = String(files.get('log/checkpoint') ?? fail('log/checkpoint is missing'))
  const checkpoint = openCheckpoint(note, key)
  if (
    checkpoint.origin !== manifest.origin ||
    checkpoint.size !== manifest.treeSize ||
    checkpoint.root.toString('hex') !== manifest.rootHash
  )
    fail('the manifest names another checkpoint')
  const hashes = leafHashes(files, checkpoint.size)
  if (!rootOf(hashes, 0, hashes.length).equals(checkpoint.root)) fail('the log’s hashes do not lead to its signed root')
  const events = checkEvents(files, note, checkpoint, hashes, manifest.missionId)
  const [statement, ...others] = checkAttestation(files, key)
  const subject = statement?.subject.find((s) => s.name === 'manifest.json')
  if (subject?.digest.sha256 !== hexSha256(files.get('manifest.json'))) fail('the attestation is of another manifest')
  if (statement.predicate.events !== events.length || statement.predicate.statements !== others.length + 1)
    fail('the attestation counts other events or statements')
  const notes = checkMission(events, files)
  const lines = [
    `${files.size} files, each as the manifest says`,
    `signed by ${key.name}+${key.id}: ${checkpoint.origin}, ${checkpoint.size} entries`,
    `${events.length} events in the log, each as it was committed to`,
    ...notes,
  ]
  if (anchor !== undefined) {
    const earlier = openCheckpoint(anchor, key)
    if (earlier.origin !== checkpoint.origin) fail('the anchor is of another log')
    if (earlier.size > checkpoint.size)
      fail('the anchor is later than the pack: it cannot be compared with the pack alone')
    if (!rootOf(hashes, 0, earlier.size).equals(earlier.root)) fail('the log was rewritten since the anchor')
    lines.push(`the log has only grown since the anchor of ${earlier.size} entries`)
  }
  return lines
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [pack, vkey, anchor] = process.argv.slice(2)
  if (pack === undefined || vkey === undefined) {
    process.stderr.write('node verify-pack.mjs PACK.zip VKEY [ANCHOR]\n')
    process.exit(2)
  }
  try {
    const lines = verifyPack(readFileSync(pack), vkey, anchor && readFileSync(anchor, 'utf8'))
    for (const line of lines) process.stdout.write(`holds   ${line}\n`)
  } catch (error) {
    process.stdout.write(`FAILS   ${error.message}\n`)
    process.exitCode = 1
  }
}
