import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { spawnAtomic } from '../app/cli/run.ts'

export interface Served {
  child: ChildProcess
  url: string
  /** From the start of the process to the first healthy answer, ms. */
  healthyAfter: number
}

/** `atomic serve` as a process of its own, with these settings, once it is healthy. */
export async function serve(settings: Record<string, string>): Promise<Served> {
  const started = performance.now()
  const child = spawnAtomic(['serve'], { PORT: '0', LOG_LEVEL: 'info', ...settings })
  child.stdout!.resume()
  let said = ''
  for await (const data of child.stderr!) {
    said += data
    const [, url] = /answers at (\S+)/.exec(said) ?? []
    if (url === undefined) continue
    const answer = await fetch(`${url}/health`)
    if (answer.status !== 200) throw new Error(`not healthy: ${answer.status}`)
    return { child, url, healthyAfter: performance.now() - started }
  }
  throw new Error(`the server did not start: ${said}`)
}

export async function stopServing({ child }: Served): Promise<void> {
  child.kill('SIGTERM')
  await once(child, 'exit')
}
