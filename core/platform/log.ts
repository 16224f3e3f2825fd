import pino, { type DestinationStream, type Logger } from 'pino'
import { currentCorrelationId } from './correlation.ts'
import { currentTrace } from './trace.ts'

/** Structured log, one JSON object a line: `level time msg correlationId traceId …fields`. */
export type Log = Logger

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

export interface LogOptions {
  level: LogLevel
  /** Default: standard output. */
  stream?: DestinationStream
  /** Name of the service, on each line. */
  service?: string
  /** Cleans free text (messages, stacks) of secrets, after the shapes known here. */
  scrub?: (text: string) => string
}

/** Names of fields that are never written, at the root and one level down. */
const secretFields = new Set([
  'authorization',
  'body',
  'content',
  'cookie',
  'headers',
  'password',
  'payload',
  'privateKey',
  'secret',
  'signature',
  'token',
])

const censored = '[redacted]'

/** A copy where something has to be left out; most lines hold nothing of the kind. */
function withoutSecrets(fields: Record<string, unknown>, depth = 0): Record<string, unknown> {
  let kept = fields
  for (const [name, value] of Object.entries(fields)) {
    let clean = value
    if (secretFields.has(name)) clean = censored
    // Errors are written by a serialiser that takes no field but those it knows.
    else if (depth === 0 && typeof value === 'object' && value !== null && !(value instanceof Error))
      clean = withoutSecrets(value as Record<string, unknown>, 1)
    if (clean === value) continue
    if (kept === fields) kept = { ...fields }
    kept[name] = clean
  }
  return kept
}

const longestText = 8_192
const shapes: [RegExp, string][] = [
  [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
    '[private key]',
  ],
  [/\b(?:gh[pousr]_|github_pat_)\w{16,255}/g, '[token]'],
  [/\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{8,4096}/g, '[token]'],
  [/\b(Bearer|Basic)\s{1,4}[\w.~+/=-]{8,4096}/gi, '$1 [token]'],
  [/:\/\/[^\s/@:]{0,256}:[^\s/@]{1,256}@/g, '://[credentials]@'],
]

const scrubShapes = (text: string): string => {
  let out = text.length > longestText ? `${text.slice(0, longestText)}…` : text
  for (const [shape, stand] of shapes) out = out.replace(shape, stand)
  return out
}

/** Short texts that are remembered as clean: messages are few, and written in the source. */
const mostRemembered = 500
const longestRemembered = 100

/** As `clean`, once for a clean text that comes again: looking takes longer than writing the line. */
function remembering(clean: (text: string) => string): (text: string) => string {
  const known = new Set<string>()
  return (text) => {
    if (known.has(text)) return text
    const cleaned = clean(text)
    if (cleaned === text && text.length <= longestRemembered && known.size < mostRemembered) known.add(text)
    return cleaned
  }
}

/** An error for a log line: what it says and where it came from, none of the values that travel on it. */
function errorFields(error: unknown, scrub: (text: string) => string, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, status } = error as { code?: unknown; status?: unknown }
  return {
    type: error.name,
    message: scrub(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(error.stack === undefined || depth > 0 ? {} : { stack: scrub(error.stack) }),
    ...(error instanceof AggregateError && depth < 3
      ? { errors: error.errors.slice(0, 5).map((e) => errorFields(e, scrub, depth + 1)) }
      : {}),
    ...(error.cause === undefined || depth > 3 ? {} : { cause: errorFields(error.cause, scrub, depth + 1) }),
  }
}

export function createLog({ level, stream, service, scrub }: LogOptions): Log {
  const clean = scrub === undefined ? scrubShapes : (text: string) => scrub(scrubShapes(text))
  const err = (error: unknown) => errorFields(error, clean)
  const cleanMessage = remembering(clean)
  return pino(
    {
      level,
      base: service === undefined ? null : { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), bindings: withoutSecrets, log: withoutSecrets },
      serializers: { err, error: err },
      mixin(fields) {
        const known = fields as { correlationId?: unknown }
        const correlationId = known.correlationId === undefined ? currentCorrelationId() : undefined
        const traceId = currentTrace()?.traceId
        return {
          ...(correlationId === undefined ? {} : { correlationId }),
          ...(traceId === undefined ? {} : { traceId }),
        }
      },
      hooks: {
        logMethod(args, method) {
          const cleaned = args.map((arg: unknown) => (typeof arg === 'string' ? cleanMessage(arg) : arg))
          if (cleaned[0] instanceof Error) {
            // pino would take the message from the error itself, past the cleaning.
            const [error, message] = cleaned as [Error, string | undefined]
            return method.apply(this, [{ err: error }, message ?? clean(error.message)])
          }
          return method.apply(this, cleaned as Parameters<typeof method>)
        },
      },
    },
    stream ?? pino.destination({ dest: 1, sync: false }),
  )
}
