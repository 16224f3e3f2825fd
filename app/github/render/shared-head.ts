import type { CheckView } from './view.ts'

const passes = (check: CheckView | undefined): boolean =>
  check === undefined || check.conclusion === 'success' || check.conclusion === 'neutral'

/**
 * Check runs stand on a commit, and a name there passes for every pull request that has it as its
 * head. So none of them passes before all do.
 */
export function onSharedHead(
  checks: CheckView[],
  siblings: readonly { state: { number: number }; desired: { checks: CheckView[] } }[],
): CheckView[] {
  return checks.map((check) => {
    if (!passes(check)) return check
    const waiting = siblings.filter(({ desired }) => !passes(desired.checks.find((c) => c.name === check.name)))
    if (waiting.length === 0) return check
    const others = waiting.map(({ state }) => state.number).join(', ')
    return {
      ...check,
      conclusion: 'action_required',
      title: `Waits for pull request ${others}, which has the same head`,
      summary: `This commit is also the head of pull request ${others}, where ${check.name} is not done. GitHub would let one pass for the other.\n\n${check.summary}`,
      buttons: [],
    }
  })
}
