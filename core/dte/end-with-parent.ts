import { Worker } from 'node:worker_threads'

/** How often a child looks whether its parent is there still, ms. */
const lookMs = 2_000

const watch = (parent: number): string => `
setInterval(() => {
  try {
    process.kill(${parent}, 0)
    if (process.ppid === ${parent}) return
  } catch (error) {
    if (error.code === 'EPERM') return
  }
  try {
    // With what it has started, where it leads a group.
    process.kill(-process.pid, 'SIGKILL')
  } catch {}
  process.kill(process.pid, 'SIGKILL')
}, ${lookMs})
`

/**
 * Ends this process soon after its parent. A derivation is one long run in which no message is heard, not even that
 * the parent has gone; so a thread of its own looks for it.
 */
export function endWithParent(): void {
  new Worker(watch(process.ppid), {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
  }).unref()
}
