import { escapeMarks } from '../../../core/gateway/engine/escapes.ts'
import { scan } from '../../../core/gateway/engine/scan.ts'
import { piiDetectors } from '../../../core/gateway/pii/index.ts'
import { secretDetectors } from '../../../core/gateway/secrets/index.ts'
import { median } from '../../support/times.ts'
import { random, tokenSamples } from './samples.ts'

/** Everything that makes the engine look twice. */
const pieces = [
  ...new Set([...secretDetectors, ...piiDetectors].flatMap((d) => d.keywords ?? [])),
  ...escapeMarks,
  ...tokenSamples(3).map(({ value }) => value.slice(0, -1)),
  ...[
    '-----BEGIN RSA PRIVATE KEY-----',
    '-----END',
    'eyJhbGciOiJIUzI1NiJ9.',
    'H4sIAAAA',
    'REDACTED_A_',
    '%41',
    '\\u0041',
    '&#65;',
  ],
  ...[
    '=',
    ': ',
    '="',
    "='",
    '\\"',
    '(',
    ', ',
    '.',
    '@',
    '+1(',
    '1 2 3-4 ',
    '4539578763621486',
    'a'.repeat(64),
    'a',
    'aB3',
    '\n',
    '\r\n',
    ' ',
    '://a:b',
    '<a>',
    '|',
    '\n  ',
  ],
]

/** A text of `size` characters that repeats a few of them: long runs are what quadratic code fears. */
export function attack(seed: number, size: number): string {
  const pick = random(seed * 2_654_435_761 + 3)
  for (let i = 0; i < 5; i++) pick(2)
  let unit = ''
  for (let n = 1 + pick(5); n > 0; n--) unit += pieces[pick(pieces.length)]!
  return unit.repeat(Math.ceil(size / unit.length)).slice(0, size)
}

/** ms of processor time, which other load on the machine does not take away. */
const used = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function cost(text: string): number {
  const started = used()
  scan(text, { secrets: true, pii: true })
  return used() - started
}

/** Of repeating what takes seconds itself. */
const patienceMs = 20_000

/**
 * Time for twice the input against time for once: of the least of each, since whatever disturbs only adds,
 * or where that is less the middle one of times taken in turn, since a machine may be slower for a minute.
 * Where it is near the target it is measured again, for disturbances to pass.
 */
export function growth(seed: number, size: number): number {
  const [once, twice] = [attack(seed, size), attack(seed, size * 2)]
  const started = used()
  let [first, second] = [cost(once), cost(twice)]
  const inTurn = [second / first]
  const ratio = (): number => Math.min(second / first, median(inTurn))
  for (let i = 0; i < 60 && ratio() > 2.25; i++) {
    if (i >= 6 && used() - started > patienceMs) break
    const [again, twiceAgain] = [cost(once), cost(twice)]
    inTurn.push(twiceAgain / again)
    first = Math.min(first, again)
    second = Math.min(second, twiceAgain)
  }
  return ratio()
}
