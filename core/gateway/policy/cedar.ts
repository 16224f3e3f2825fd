import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import { AtomicError } from '../../platform/errors.ts'
import type { ContentJudge } from './judge.ts'

/**
 * Policies written in Cedar (https://docs.cedarpolicy.com/). Asked is whether
 * `Actor::"LOGIN"` may do `Action::"send"` with `Content::"request"`, which has the attributes
 * `bytes`, `files`, `secrets`, `pii` (numbers), `types` and `paths` (sets); the context has
 * `destination`, `environment` and `repository` where they are known. Nothing said is a denial,
 * and so is a policy that cannot be evaluated.
 * @throws AtomicError `INVALID_REQUEST` with the place of each mistake.
 */
export async function cedarJudge(text: string, file: string): Promise<ContentJudge> {
  // 4 MB of WebAssembly, for those alone who write Cedar.
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs')
  const checked = cedar.checkParsePolicySet({ staticPolicies: text })
  if (checked.type === 'failure') {
    const mistakes = checked.errors.map(({ message, sourceLocations }) => {
      const at = placeIn(text, sourceLocations?.[0]?.start ?? 0)
      return { path: '', message: `${file}:${at}: ${message}` }
    })
    throw new AtomicError('INVALID_REQUEST', {
      detail: mistakes[0]?.message ?? `${file} is no Cedar.`,
      place: `${file}:${placeIn(text, checked.errors[0]?.sourceLocations?.[0]?.start ?? 0)}`,
      errors: mistakes,
    })
  }
  const policies = { staticPolicies: text }
  return {
    name: 'cedar',
    judge({ files, bytes, findings, context, caller }) {
      const attrs: Record<string, CedarValueJson> = {
        bytes,
        files: files.length,
        secrets: findings.filter((f) => f.kind === 'secret').length,
        pii: findings.filter((f) => f.kind === 'pii').length,
        types: [...new Set(findings.map((f) => f.type))],
        paths: files.flatMap(({ path }) => (path === undefined ? [] : [path])),
      }
      const resource = { type: 'Content', id: 'request' }
      const principal = { type: 'Actor', id: caller.login }
      const entities: EntityJson[] = [
        { uid: resource, attrs, parents: [] },
        { uid: principal, attrs: { human: caller.type === 'human' }, parents: [] },
      ]
      const known = (['destination', 'environment', 'repository'] as const).flatMap((name) =>
        context[name] === undefined ? [] : [[name, context[name]] as const],
      )
      const answer = cedar.isAuthorized({
        principal,
        action: { type: 'Action', id: 'send' },
        resource,
        context: Object.fromEntries(known),
        policies,
        entities,
      })
      if (answer.type === 'failure') return [{ rule: 'cedar', message: 'The policy could not be evaluated.' }]
      const { decision, diagnostics } = answer.response
      // A policy that fails might have been the one that forbids.
      if (diagnostics.errors.length > 0)
        return [{ rule: 'cedar', message: `${diagnostics.errors[0]!.policyId} could not be evaluated.` }]
      if (decision === 'allow') return []
      const by = diagnostics.reason.join(', ')
      return [{ rule: 'cedar', message: by === '' ? 'No policy permits it.' : `Forbidden by ${by}.` }]
    },
  }
}

/** Line and column, from an offset in UTF-8 bytes. */
function placeIn(text: string, offset: number): string {
  const lines = Buffer.from(text).subarray(0, offset).toString().split('\n')
  return `${lines.length}:${lines.at(-1)!.length + 1}`
}
