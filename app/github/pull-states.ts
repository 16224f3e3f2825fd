import type { Store, Write } from '../../core/storage/store.ts'
import { type PullName, pullKey } from './pull-request.ts'
import type { Notice } from './render/comment.ts'
import type { SpecFinding } from './spec-text.ts'

/** What the app last saw of a pull request, beside its mission. Written by the work of that pull request alone. */
export interface PullState extends PullName {
  headOwner: string
  headRepo: string
  headRef: string
  headSha: string
  baseRef: string
  open: boolean
  asked:
    | { kind: 'none'; required?: true }
    | { kind: 'spec' }
    | { kind: 'broken'; path?: string; findings: SpecFinding[] }
  /** Paths that the plan of a ChangeSpec touches: policy may ask for more on some. */
  touched?: { spec: string; paths: string[] }
  notice?: Notice
}

const collection = 'github-pulls'
type Name = { owner: string; repo: string; number: number }

export interface PullStates {
  read(name: Name): Promise<PullState | undefined>
  put(state: PullState): Write
  /** Open ones of a repository. */
  ofRepository(owner: string, repo: string): Promise<PullState[]>
}

export const createPullStates = (store: Store): PullStates => ({
  read: async (name) => (await store.get<PullState>(collection, pullKey(name)))?.value,
  put: (state) => ({ put: { collection, key: pullKey(state), value: state } }),
  async ofRepository(owner, repo) {
    const prefix = `${owner}/${repo}#`.toLowerCase()
    const found: PullState[] = []
    for (let after: string | undefined; ; ) {
      const rows = await store.list<PullState>(collection, {
        prefix,
        limit: 100,
        ...(after === undefined ? {} : { after }),
      })
      found.push(...rows.map((row) => row.value).filter((state) => state.open))
      after = rows.at(-1)?.key
      if (rows.length < 100) return found
    }
  },
})
