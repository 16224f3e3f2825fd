/** A git tree in memory: what a derivation reads, and all that it reads. */

export type FileMode = '100644' | '100755' | '120000' | '160000'

export interface TreeEntry {
  mode: FileMode
  /** Git object id (SHA-1) of the blob; of the commit for a submodule. */
  oid: string
  /** Absent for a submodule only. */
  data?: Uint8Array
}

/** Path → entry; paths use `/`, have no leading `/`, and come in no particular order. */
export type Tree = ReadonlyMap<string, TreeEntry>

/** Reads the tree of a repository at a ref, exact bytes. @throws AtomicError `NOT_FOUND` where the caller may not read it. */
export interface TreeSource {
  read(
    repository: { owner: string; repo: string; ref: string },
    caller: { login: string; type: 'human' | 'agent'; scopes: readonly string[] },
  ): Promise<{ tree: Tree; treeId: string; commit?: string }>
}
