import { runGit } from './run.ts'

/** Writes blobs, many through one `git fast-import`; answers their ids in the same order. */
export async function writeBlobs(dir: string, blobs: Uint8Array[]): Promise<string[]> {
  if (blobs.length === 0) return []
  if (blobs.length === 1) {
    const { stdout } = await runGit(dir, ['hash-object', '-w', '--stdin'], { input: blobs[0]! })
    return [stdout.toString().trim()]
  }
  const parts: Uint8Array[] = []
  blobs.forEach((blob, i) => {
    parts.push(Buffer.from(`blob\nmark :${i + 1}\ndata ${blob.length}\n`), blob, Buffer.from('\n'))
  })
  for (let i = 1; i <= blobs.length; i += 1) parts.push(Buffer.from(`get-mark :${i}\n`))
  const args = ['fast-import', '--quiet', '--done']
  const { stdout } = await runGit(dir, args, { input: Buffer.concat([...parts, Buffer.from('done\n')]) })
  return stdout.toString().trim().split('\n')
}
