import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests that change what all schemas share (the locale, the global configuration, prototypes) need a process state of
// their own; the others share one, which makes the whole suite several times faster.
const tests = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.test.ts'))
const needsPackages = /from ['"](@web-std\/file|recheck|@seriousme\/openapi-schema-validator)['"]/
const changesShared = /config\(|locale|vi\.(mock|stub|spy)|prototype|globalThis|jitless|eval/
const texts = new Map(tests.map((path) => [path, readFileSync(path, 'utf8')]))
const runnable = tests.filter((path) => !needsPackages.test(texts.get(path)!))
const apart = runnable.filter((path) => changesShared.test(texts.get(path)!))
const shared = runnable.filter((path) => !apart.includes(path))

const source = { resolve: { conditions: ['@zod/source'] }, ssr: { resolve: { conditions: ['@zod/source'] } } }
export default defineConfig({
  test: {
    // By itself Vitest leaves one core to others: on a runner of two that halves the speed.
    maxWorkers: '100%',
    pool: 'threads',
    projects: [
      { ...source, test: { name: 'shared', include: shared, isolate: false, pool: 'threads' } },
      { ...source, test: { name: 'apart', include: apart, isolate: true, pool: 'threads' } },
    ],
  },
})
