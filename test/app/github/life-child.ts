import { readFileSync } from 'node:fs'
import { begin, type LifeSetting } from './life.ts'

// A life in a process of its own, to be killed. Says where it takes webhooks.
const setting = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as LifeSetting
const { hooks } = await begin({ ...setting, quiet: true })
process.stdout.write(`${hooks}\n`)
