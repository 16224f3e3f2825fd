/** JUnit XML as CI systems read it: https://github.com/testmoapp/junitxml */

export interface JUnitCase {
  suite: string
  name: string
  seconds: number
  failure?: string
  skipped?: boolean
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** XML 1.0 has no place for most control characters, not even escaped. */
const escapeXml = (text: string): string =>
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '�').replace(/[&<>"]/g, (c) => entities[c] ?? c)

function caseXml({ suite, name, seconds, failure, skipped }: JUnitCase): string {
  const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}" time="${seconds.toFixed(3)}"`
  if (failure !== undefined) return `${head}>\n      <failure>${escapeXml(failure)}</failure>\n    </testcase>\n`
  return skipped === true ? `${head}><skipped/></testcase>\n` : `${head}/>\n`
}

export function junitXml(cases: readonly JUnitCase[]): string {
  const suites = Map.groupBy(cases, (one) => one.suite)
  const body = [...suites].map(([suite, own]) => {
    const failures = own.filter((c) => c.failure !== undefined).length
    const skipped = own.filter((c) => c.skipped === true).length
    return `  <testsuite name="${escapeXml(suite)}" tests="${own.length}" failures="${failures}" skipped="${skipped}">\n${own.map(caseXml).join('')}  </testsuite>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${body.join('')}</testsuites>\n`
}

/** How many test cases a report has, and how many of them failed. */
export function countCases(xml: string): { total: number; failed: number } {
  const cases = xml.split(/<testcase\b/).slice(1)
  const failed = cases.filter((one) => /<(failure|error)\b/.test(one.split('</testcase>')[0] ?? '')).length
  return { total: cases.length, failed }
}

const attribute = (element: string, name: string): string => new RegExp(`\\s${name}="([^"]*)"`).exec(element)?.[1] ?? ''
const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const unescapeXml = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? '')

/** Names of the test cases that failed, as a report has them, in its order. */
export const failedCases = (xml: string): string[] =>
  xml
    .split(/<testcase\b/)
    .slice(1)
    .map((one) => one.split('</testcase>')[0] ?? '')
    .filter((one) => /<(failure|error)\b/.test(one))
    .map((one) => one.split(/<(?:failure|error)\b/)[0] ?? '')
    .map((head) => unescapeXml([attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join(' › ')))
