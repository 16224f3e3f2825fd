import { type JUnitCase, junitXml } from './junit.ts'

const point = /^(\s*)(not )?ok\b(?:\s+\d+)?(?:\s+-)?\s*(.*)$/

/**
 * JUnit XML from what a runner printed by the Test Anything Protocol, between whatever else it
 * printed: https://testanything.org/tap-version-14-specification.html. A test with subtests is told by them.
 */
export function junitFromTap(text: string): string {
  const cases: JUnitCase[] = []
  let before = 0
  let detail: string[] | undefined
  for (const line of text.split('\n')) {
    if (/^\s*---\s*$/.test(line)) detail = []
    else if (/^\s*\.\.\.\s*$/.test(line)) {
      const last = cases.at(-1)
      if (last?.failure !== undefined && detail !== undefined) last.failure = detail.join('\n')
      detail = undefined
    } else if (detail !== undefined) detail.push(line)
    else {
      const found = point.exec(line)
      if (found === null) continue
      const [, indent = '', not, rest = ''] = found
      const [name = '', directive = ''] = rest.split(/(?:^|\s)#\s/)
      const skipped = /^(skip|todo)/i.test(directive)
      const depth = indent.length
      // Its subtests came before it, further in.
      const hasSubtests = before > depth
      before = depth
      if (hasSubtests) continue
      cases.push({
        suite: 'tap',
        name: name || '(no name)',
        seconds: 0,
        ...(not !== undefined && !skipped ? { failure: 'not ok' } : {}),
        ...(skipped ? { skipped } : {}),
      })
    }
  }
  if (cases.length === 0) throw new Error('there is no TAP in it')
  return junitXml(cases)
}
