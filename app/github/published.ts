import type { CheckpointName } from '../../core/contracts/index.ts'
import type { Store } from '../../core/storage/store.ts'
import { pullKey } from './pull-request.ts'

/** A check run as it was last published. */
export interface PublishedCheck {
  id: number
  digest: string
  /** Still waits for something: left alone on a head that moved, it would wait for ever. */
  open: boolean
  /** Annotations that GitHub has. */
  annotations: number
}

/** What the app has put on GitHub for a pull request. Written by its publishing alone. */
export interface Published {
  headSha?: string
  checks: Partial<Record<CheckpointName, PublishedCheck>>
  comment?: { id: number; digest: string }
}

const collection = 'github-published'
type Name = { owner: string; repo: string; number: number }

export const readPublished = async (store: Store, name: Name): Promise<Published> =>
  (await store.get<Published>(collection, pullKey(name)))?.value ?? { checks: {} }

export const savePublished = (store: Store, name: Name, value: Published): Promise<void> =>
  store.commit([{ put: { collection, key: pullKey(name), value } }])
