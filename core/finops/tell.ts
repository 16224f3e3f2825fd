import type { Write } from '../storage/store.ts'
import type { BudgetNews } from './apply.ts'

/** Tells what people want to know of budgets; written in the same commit as its reason. */
export interface Tell {
  /** `key` is the news’ own, the same in every attempt to write it. */
  writes(news: BudgetNews, key: string): Write[]
  wake(): void
}

/** Tells it everywhere. */
export const tellAll = (tells: readonly Tell[]): Tell => ({
  writes: (news, key) => tells.flatMap((tell) => tell.writes(news, key)),
  wake: () => {
    for (const tell of tells) tell.wake()
  },
})
