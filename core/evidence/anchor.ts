/** What a request to a witness or a timestamp authority brings back. */
export interface PostAnswer {
  status: number
  contentType: string
  body: Uint8Array
}
/** The network as a port. @throws AtomicError `UPSTREAM_FAILED`, `POLICY_DENIED`. */
export type Post = (url: string, contentType: string, body: Uint8Array) => Promise<PostAnswer>

/** A checkpoint to anchor, and the proof that it has grown out of an earlier one. */
export interface Anchorable {
  size: number
  /** The signed note. */
  note: string
  /** Consistency proof from an earlier size to this one. */
  proofFrom(size: number): Promise<Uint8Array[]>
}

/** What an anchor holds of a checkpoint, by the kind of the anchor. */
export interface Anchored {
  /** Signature lines of witnesses. */
  cosignatures?: string
  /** RFC 3161 response, base 64. */
  timestamp?: string
  /** Id of the commit that holds the checkpoint. */
  commit?: string
  /** What the anchor has to say for itself, in words. */
  detail: string
}

/**
 * Somebody outside of the log's reach who remembers a checkpoint of it: a log that is written anew
 * or rolled back later contradicts them.
 */
export interface Anchor {
  /** Kind and place, such as `witness https://…`. */
  name: string
  /**
   * @throws AtomicError `LOG_REWRITTEN` where the anchor remembers a log that this is not, `UPSTREAM_FAILED`.
   */
  take(checkpoint: Anchorable): Promise<Anchored>
}
