import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { failureOf } from './failures.ts'
import type { Answer, Message, Report, Request } from './protocol.ts'
import { createSequencer } from './sequencer.ts'
import { prepareTables, type Tables } from './tables.ts'

/** The thread that owns the database: a sync stops it and not the server. */
const port = parentPort!
const say = (report: Report): void => port.postMessage(report)

function read(tables: Tables, request: Exclude<Request, { op: 'commit' | 'close' }>): unknown {
  switch (request.op) {
    case 'get':
      return tables.get(request.collection, request.key)
    case 'list':
      return tables.list(request.collection, request.range)
    case 'entries':
      return tables.entries(request.log, request.from, request.limit)
    case 'size':
      return tables.size(request.log)
  }
}

function serve(path: string): void {
  const db = openDatabase(path)
  const tables = prepareTables(db)
  const sequencer = createSequencer(db, tables)
  let answers: Answer[] = []
  let scheduled = false

  const flush = (): void => {
    if (answers.length > 0) say({ answers })
    answers = []
  }
  const drain = (): void => {
    scheduled = false
    sequencer.drain()
    flush()
  }

  const take = ({ id, request }: Message): void => {
    if (request.op === 'close') {
      drain()
      db.close()
      say({ answers: [{ id, value: undefined }] })
      port.close()
      return
    }
    if (request.op === 'commit') {
      sequencer.add(request.writes, (failure) => answers.push(failure ? { id, failure } : { id, value: undefined }))
      return
    }
    try {
      answers.push({ id, value: read(tables, request) })
    } catch (error) {
      answers.push({ id, failure: failureOf(error) })
    }
  }

  port.on('message', (messages: Message[]) => {
    for (const message of messages) take(message)
    // Messages that are here already are taken in first: so groups form by themselves under load.
    if (!scheduled) setImmediate(drain)
    scheduled = true
  })
  say({ opened: true })
}

try {
  serve((workerData as { path: string }).path)
} catch (error) {
  say({ refused: failureOf(error) })
  port.close()
}
