import { parseCommands } from '../../core/orchestrator/commands/grammar.ts'
import { hint } from '../../core/orchestrator/commands/help.ts'
import { chance, generatedComment, longComment } from '../core/orchestrator/commands/generated.ts'
import type { SoakResult } from './run.ts'

/** Generated comments: none throws, a mistake always has a hint; and how long those take that are as long as GitHub lets them be. */
export async function soak({ count, seed }: { count: number; seed: number }): Promise<SoakResult> {
  const random = chance(seed)
  const kinds = { commands: 0, none: 0, error: 0 }
  const wrong: string[] = []
  for (let i = 0; i < count; i++) {
    const text = generatedComment(random)
    try {
      const parsed = parseCommands(text)
      kinds[parsed.kind]++
      if (parsed.kind === 'error' && hint(text, parsed.code).message === '')
        wrong.push(`no hint: ${JSON.stringify(text)}`)
    } catch (error) {
      wrong.push(`${String(error)}: ${JSON.stringify(text)}`)
    }
    if (i > 0 && i % 100_000 === 0) console.log(`       ${i} comments`)
  }
  // The better of two: what else the machine did meanwhile is not the parser's.
  const times = Array.from({ length: 1_000 }, () => {
    const text = longComment(random)
    const once = (): number => {
      const started = performance.now()
      parseCommands(text)
      return performance.now() - started
    }
    return Math.min(once(), once())
  }).sort((a, b) => a - b)
  const at = (p: number): string => times[Math.floor((times.length - 1) * p)]!.toFixed(2)
  const detail = `${kinds.commands} with commands, ${kinds.error} mistaken, ${kinds.none} without; 64 KB: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
  return {
    name: 'generated comments',
    ran: count,
    failed: wrong.length,
    detail: [detail, ...wrong.slice(0, 10)].join('\n       '),
  }
}
