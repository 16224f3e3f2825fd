import { parentPort, workerData } from 'node:worker_threads'
import { configure, openConnection } from './database.ts'

/**
 * A thread that carries the write-ahead log over into the database with a connection of its own, so
 * that no commit waits for it. What is committed meanwhile is carried over in another pass.
 */
const port = parentPort!
const mostPasses = 4
/** Pages that may be left to the writer. */
const fewPages = 100

const db = openConnection((workerData as { path: string }).path)
configure(db)
const pass = db.prepare('pragma wal_checkpoint(passive)')

port.on('message', () => {
  try {
    for (let n = 0; n < mostPasses; n++) {
      const { log, checkpointed } = pass.get() as { log: number; checkpointed: number }
      if (log - checkpointed <= fewPages) break
    }
  } catch {
    // The writer meets the same disk, and says what is wrong with it.
  }
  port.postMessage('done')
})
port.on('close', () => db.close())
