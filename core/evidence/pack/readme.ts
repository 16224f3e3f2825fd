import { outcomeOf } from '../claims.ts'
import type { MissionView } from '../mission-view.ts'

/** Text that Markdown would read as markup is shown as code. */
const inline = (text: string): string => `\`${text.replaceAll(/[`\r\n]/g, ' ')}\``

/** `README.md` of a pack: how an auditor checks it, with Atomic or without. */
export function readme(view: MissionView, log: { origin: string; treeSize: number; keys: string[] }): string {
  const title = view.of('mission.created')[0]?.payload.title ?? view.missionId
  return `# Audit pack

Mission ${inline(view.missionId)}: ${inline(title)}. Outcome: ${outcomeOf(view)}. Log: ${inline(log.origin)}.

\`report.html\` shows what happened. Neither it nor this file proves anything: whoever forges a pack
forges them too. What proves it are signatures and hashes, and the key that you bring yourself.

## Check it with Atomic

    npx atomic verify-pack PACK.zip --key VKEY [--anchor CHECKPOINT] [--require-independent]

VKEY is the log's verifier key, \`NAME+ID+BASE64\`. Have it from the operator by another way than this
pack (\`atomic key show\` prints it). This pack was signed by ${log.keys.map(inline).join(' and ')}: name and id must be those.
CHECKPOINT is any signed checkpoint of the log that you kept from earlier (\`GET /evidence/checkpoint\`):
with it, a log that was written anew is noticed even if the key was stolen.

## What is in it

| file | what it is |
| --- | --- |
| \`events.jsonl\` | every event of the mission: \`{"index","leaf","salt","body"}\`; after an erasure \`salt\` and \`body\` are null |
| \`log/checkpoint\` | the signed checkpoint that covers them (https://c2sp.org/tlog-checkpoint), ${log.treeSize} entries |
| \`log/INDEX.tlog-proof\` | proof that the event of that index is in the log (https://c2sp.org/tlog-proof) |
| \`log/tile/\` | hashes of the log's entries (https://c2sp.org/tlog-tiles), from which any earlier checkpoint can be checked |
| \`changespec.json\` | the change as it was asked for |
| \`approvals.json\` | who approved or rejected what, and for which plan digest |
| \`diffs/\`, \`tests/\`, \`mutation/\` | what each batch changed, test results, mutation reports |
| \`provenance.json\` | W3C PROV-JSON |
| \`finops.json\`, \`finops.focus.csv\` | forecast and recorded cost, the latter as FOCUS |
| \`payloads/INDEX.json\` | payloads that were too large to stand in their event, which names them by digest |
| \`versions.json\` | engine and formats |
| \`manifest.json\` | path, size and SHA-256 of each file but itself and the attestation |
| \`attestation.intoto.jsonl\` | DSSE envelopes: the mission (subject: the manifest, the landed tree), each approval, each test result |
| \`superseded/\` | artifacts of earlier plans or runs |

## Check it with tools of your own

1. SHA-256 of each file equals \`manifest.json\`; no file is missing, none is more.
2. The first line of \`attestation.intoto.jsonl\`: Ed25519 over the DSSE pre-authentication encoding,
   with VKEY; its subject \`manifest.json\` has the manifest's SHA-256.
3. \`log/checkpoint\`: a signed note, Ed25519 with VKEY (Go: \`golang.org/x/mod/sumdb/note\`).
4. Each line of \`events.jsonl\`: the leaf's bytes are the RFC 8785 form of \`leaf\`; its hash is
   SHA-256(0x00 ‖ bytes); \`log/INDEX.tlog-proof\` proves it under the checkpoint's root (RFC 6962 §2.1.1).
5. \`leaf.commitment\` is the hex of HMAC-SHA-256, key \`salt\` (32 bytes, hex), over the RFC 8785 form of \`body\`.
6. An artifact that an event names by digest is the file of that name, byte for byte.
7. The plan digest is \`sha256:\` and the hex of SHA-256 over the RFC 8785 form of
   \`{"baseTree","changeSpec","engine","resultTree"}\`: \`changespec.json\` and the last \`mission.planned\` event.
8. Before the first \`batch.applied\` after that plan stand enough \`checkpoint.approved\` events with that plan
   digest, by people other than the proposer; the last \`batch.applied\` and \`mission.completed\` name the plan's \`resultTree\`.
`
}
