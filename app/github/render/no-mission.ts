import { checkpointNames } from '../../../core/contracts/index.ts'
import type { SpecFinding } from '../spec-text.ts'
import { code, fenced, plural, short, table, text } from './escape.ts'
import { parts } from './plan.ts'
import type { CheckView } from './view.ts'

const none = (title: string, summary: string): CheckView[] =>
  checkpointNames.map((name) => ({
    name,
    status: 'completed',
    conclusion: 'neutral',
    title,
    summary,
    annotations: [],
    buttons: [],
  }))

const example = `version: 1
title: Rename getUser to fetchUser
risk: low
operations:
  - op: renameSymbol
    symbol: src/user.ts#UserService.getUser
    to: fetchUser
`

/** A pull request without a ChangeSpec: nobody is asked and nothing is held up, unless the repository requires one. */
export const withoutSpec = (required = false): CheckView[] =>
  none(
    required ? 'A ChangeSpec is required here' : 'No ChangeSpec here',
    `This pull request has no ChangeSpec, ${required ? 'and this repository requires one (changeSpec in .github/atomic.yml)' : 'so Atomic has nothing to do'}. To start a mission, add a file such as ${code('.atomic/change.yml')}, or a fenced ${code('atomic')} block to the description:\n\n${fenced(example, 'yaml')}`,
  ).map((check) =>
    required ? { ...check, conclusion: check.name === 'plan' ? ('failure' as const) : ('cancelled' as const) } : check,
  )

/** A ChangeSpec that cannot be read: each mistake at its place. */
export function brokenSpec(path: string | undefined, findings: readonly SpecFinding[]): CheckView[] {
  const where = path === undefined ? 'the description' : code(path)
  const rows = findings.map((f) => [
    path === undefined ? `line ${f.line} of the block` : `${f.line}:${f.column}`,
    f.path === '' ? '' : code(f.path),
    text(f.message),
  ])
  return none('Waits for a ChangeSpec that can be read', 'See `atomic/plan`.').map((check) =>
    check.name !== 'plan'
      ? { ...check, conclusion: 'cancelled' as const }
      : {
          ...check,
          conclusion: 'failure' as const,
          title: `The ChangeSpec has ${plural(findings.length, 'mistake')}`,
          summary: parts([
            `The ChangeSpec in ${where} cannot be planned.`,
            table(['Place', 'Key', 'Mistake'], rows),
            '**What to do:** correct the places named, and push. An editor that reads `$schema` shows them as you type.',
          ]),
          annotations:
            path === undefined
              ? []
              : findings.map((f) => ({
                  path,
                  start_line: f.line,
                  end_line: f.endLine,
                  annotation_level: 'failure' as const,
                  title: 'INVALID_CHANGESPEC',
                  message: f.path === '' ? f.message : `${f.path}: ${f.message}`,
                })),
        },
  )
}

/** Somebody pushed after the mission had ended: what it says holds for its own head, and not for this one. */
export const afterTheEnd = (checks: CheckView[], end: string): CheckView[] =>
  checks.map((check) => ({
    name: check.name,
    status: 'completed',
    conclusion: check.conclusion === 'failure' || check.conclusion === 'cancelled' ? check.conclusion : 'neutral',
    title: `At ${short(end)}: ${check.title}`,
    summary: parts([
      `The mission ended at ${end}. Commits since then are not part of it; review them as any others.`,
      check.summary,
    ]),
    annotations: [],
    buttons: [],
  }))
