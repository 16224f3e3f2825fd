import { created, ok, onRepo, type Route } from '../route.ts'
import type { Json } from '../state.ts'

/** The digests that a Sigstore bundle's in-toto statement is about, as the API writes them: `sha256:HEX`. */
function subjectsOf(bundle: Json): string[] {
  const { payload } = bundle.dsseEnvelope as { payload: string }
  const { subject } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
    subject: { digest: Record<string, string> }[]
  }
  return subject.flatMap(({ digest }) => Object.entries(digest).map(([name, hex]) => `${name}:${hex}`))
}

export const attestationRoutes: Route[] = [
  onRepo('POST /attestations', 'attestations:write', ({ world, repo, body }) => {
    const id = world.id()
    repo.attestations.set(id, body.bundle as Json)
    return created({ id })
  }),
  onRepo('GET /attestations/{subject_digest}', 'attestations:read', ({ repo, params }) => {
    const found = [...repo.attestations.values()].filter((it) => subjectsOf(it).includes(params.subject_digest ?? ''))
    return ok({ attestations: found.map((bundle) => ({ bundle, repository_id: repo.id })) })
  }),
]
