/**
 * Of the processes that share a store, one has the turn; the next one gets it when that one ends,
 * however it ends. For work that only one may do at a time, such as running jobs in their order.
 */
export interface Turn {
  /** This process has it now. */
  readonly mine: boolean
  /** `told` when the turn comes or goes, and when another process calls while it is here. */
  watch(told: () => void): void
  /** Tells the process that has it that there is something to do. */
  call(): void
  close(): Promise<void>
}
