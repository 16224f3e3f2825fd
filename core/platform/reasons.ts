/**
 * Every refusal has one stable code. The table says which HTTP status it answers, what it is
 * called, and what the one who meets it can do next.
 */
export const reasons = {
  INVALID_REQUEST: { status: 400, title: 'The request does not fit', next: 'Correct the fields named under "errors".' },
  UNAUTHENTICATED: { status: 401, title: 'Not signed in', next: 'Send a valid bearer token.' },
  BUDGET_BREACHED: {
    status: 402,
    title: 'The budget does not allow this',
    next: 'Raise the budget or choose a cheaper model.',
  },
  NOT_ALLOWED: { status: 403, title: 'Not allowed', next: 'Ask somebody who holds the needed role or scope.' },
  POLICY_DENIED: {
    status: 403,
    title: 'Denied by policy',
    next: 'Remove what the violations name, or have the policy changed.',
  },
  NOT_FOUND: { status: 404, title: 'Not found', next: 'Check the address.' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'Method not allowed here',
    next: 'See GET /openapi.json for the calls there are.',
  },
  CHECKPOINT_ORDER: {
    status: 409,
    title: 'Not this checkpoint’s turn',
    next: 'Settle the checkpoint before it first.',
  },
  PLAN_CHANGED: { status: 409, title: 'Not what was planned', next: 'Read the current plan and name its digest.' },
  BATCH_CONFLICT: {
    status: 409,
    title: 'The tree is not as the batch expects',
    next: 'Plan again on the current tree.',
  },
  ROLLBACK_CONFLICT: {
    status: 409,
    title: 'Later changes stand in the way',
    next: 'Roll back the later batches first, or revert the named files by hand.',
  },
  HEAD_MOVED: { status: 409, title: 'The branch moved', next: 'Plan again on the current head.' },
  MISSION_CLOSED: { status: 409, title: 'The mission has ended', next: 'Start another mission.' },
  NO_ROUTE: {
    status: 409,
    title: 'No model fits',
    next: 'Relax the requirements or the policy; the candidates say what failed.',
  },
  VERSION_CONFLICT: { status: 409, title: 'Somebody else was faster', next: 'Read the current version and try again.' },
  STALE_VERSION: { status: 412, title: 'If-Match is stale', next: 'Read the current version and send its ETag.' },
  TOO_LARGE: { status: 413, title: 'Too large', next: 'Send less at once.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'Unsupported media type', next: 'Send application/json.' },
  INVALID_CHANGESPEC: { status: 422, title: 'The ChangeSpec is not valid', next: 'Correct the place that is named.' },
  SYMBOL_NOT_FOUND: {
    status: 422,
    title: 'No such symbol',
    next: 'Check the address: path#Name, path#Outer.member, path@LINE:COL or module:NAME#export.',
  },
  SYMBOL_AMBIGUOUS: { status: 422, title: 'More than one symbol fits', next: 'Name one of them by path@LINE:COL.' },
  NAME_COLLISION: {
    status: 422,
    title: 'A name would collide or be captured',
    next: 'Choose another name, or rename what stands in the way first.',
  },
  SYMBOL_NOT_RENAMABLE: {
    status: 422,
    title: 'This symbol cannot be renamed',
    next: 'Rename a symbol that this project declares.',
  },
  STILL_REFERENCED: {
    status: 422,
    title: 'Still referenced',
    next: 'Remove the references named, or set whenReferenced to "cascade".',
  },
  TYPES_MISSING: {
    status: 422,
    title: 'Types are missing',
    next: 'Make the types part of the repository, or say it with a patch.',
  },
  PATH_TAKEN: { status: 422, title: 'The path is taken', next: 'Choose another path.' },
  PATH_ESCAPES: {
    status: 422,
    title: 'The path leaves the tree',
    next: 'Use a path inside the repository, without "..", links or .git.',
  },
  PATCH_FAILS: {
    status: 422,
    title: 'The patch does not apply',
    next: 'Make the diff anew against the base; it is applied exactly, without fuzz.',
  },
  SYNTAX_ERROR: { status: 422, title: 'Syntax error', next: 'Correct the code at the place named.' },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    title: 'Idempotency-Key used with another body',
    next: 'Use a new key for a new request.',
  },
  UNKNOWN_MODEL: { status: 422, title: 'Unknown model', next: 'Name a model that has a price, or configure one.' },
  EXECUTION_FORBIDDEN: {
    status: 422,
    title: 'The server runs nobody’s code',
    next: 'Send a mutation report, or set ATOMIC_ALLOW_EXECUTION=1 on your own server.',
  },
  NOTE_MALFORMED: {
    status: 422,
    title: 'Not a signed note',
    next: 'Send the note as it was signed, byte for byte.',
  },
  SIGNATURE_INVALID: {
    status: 422,
    title: 'No valid signature by a known key',
    next: 'Check which key is meant; if it is the right one, the text was changed.',
  },
  PROOF_INVALID: {
    status: 422,
    title: 'The proof does not hold',
    next: 'Fetch the proof anew for these sizes; if it still fails, the log was changed.',
  },
  TIMESTAMP_INVALID: {
    status: 422,
    title: 'The timestamp does not hold',
    next: 'Check which authority and which data are meant; if they are the right ones, the timestamp was changed.',
  },
  LOG_REWRITTEN: {
    status: 500,
    title: 'The log contradicts an anchor',
    next: 'Stop writing, keep the data directory as it is, and restore the log from the copy that the anchor fits.',
  },
  LEGAL_HOLD: {
    status: 409,
    title: 'Held for legal reasons',
    next: 'Have the hold released first.',
  },
  RATE_LIMITED: { status: 429, title: 'Too many requests', next: 'Wait as Retry-After says.' },
  INTERNAL: {
    status: 500,
    title: 'An error on our side',
    next: 'Try again; name the correlation id when you report it.',
  },
  UPSTREAM_FAILED: { status: 502, title: 'A service behind this one failed', next: 'Try again later.' },
  RESOURCE_LIMIT: {
    status: 503,
    title: 'A limit of time or memory was reached',
    next: 'Split the change, or raise the limit.',
  },
  UNAVAILABLE: { status: 503, title: 'Not available now', next: 'Try again later.' },
} as const satisfies Record<string, { status: number; title: string; next: string }>

export type ReasonCode = keyof typeof reasons
