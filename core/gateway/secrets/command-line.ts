import type { Detector } from '../engine/detector.ts'
import { isFiller } from '../engine/fillers.ts'

/** Programs whose passwords stand behind short options, and how. */
const programs: Record<string, RegExp> = {
  // https://curl.se/docs/manpage.html#-u
  'curl ': /\s(?:-u|--user|--proxy-user)(?:\s+|=)?["']?[^\s:"']{1,64}:(?<password>[^\s"'\\]{4,128})/,
  // https://dev.mysql.com/doc/refman/en/command-line-options.html
  'mysql ': /\s-p(?<password>[^\s"'\\-][^\s"'\\]{3,127})/,
  'mysqldump ': /\s-p(?<password>[^\s"'\\-][^\s"'\\]{3,127})/,
  // https://linux.die.net/man/1/sshpass
  'sshpass ': /\s-p\s*["']?(?<password>[^\s"'\\]{4,128})/,
}

/** How far from the program's name its options are looked at. */
const reach = 240

/** Passwords on command lines: `curl -u user:password`, `mysql -ppassword`, `sshpass -p password`. */
export const commandLine: Detector = {
  type: 'password',
  kind: 'secret',
  keywords: Object.keys(programs),
  source: 'https://cwe.mitre.org/data/definitions/214.html',
  verify({ text }, start, end) {
    const line = /^[^\n]*/.exec(text.slice(end - 1, end + reach))![0]
    const found = programs[text.slice(start, end).toLowerCase()]?.exec(line)
    const password = found?.groups?.password
    if (found == null || password === undefined || isFiller(password) || /^[$%<{(]/.test(password)) return undefined
    // A word that stands for one, in documentation.
    if (/^[a-z]{1,10}$/i.test(password)) return undefined
    const from = end - 1 + found.index + found[0].length - password.length
    return { start: from, end: from + password.length, confidence: 0.7 }
  },
}
