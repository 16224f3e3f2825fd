import type { Vault } from '../vault.ts'
import type { ServerSentEvent } from './sse.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Fields = { [key: string]: Json }

export const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A protocol that programs speak with a provider of models, as the provider documents it. */
export interface Protocol {
  /** As price lists name the provider. */
  provider: string
  /** Address below the provider's own. */
  path: string
  /** Largest answer in tokens that a request asks for. */
  maxOutputTokens(body: Fields): number | undefined
  /** What is sent beyond what was asked, so that usage is told in streams too. */
  prepare(body: Fields): Fields
  /** Headers with the key. */
  headers(key: string, given: Readonly<Record<string, string | undefined>>): Record<string, string>
  /** The `usage` of a whole answer. */
  usage(answer: Fields): Json | undefined
  /** A whole answer, with what was hidden. */
  restore(answer: Fields, vault: Vault): Json
  stream(body: Fields, vault: Vault): StreamReader
  /** An error in the provider's own words. */
  error(status: number, code: string, message: string): Fields
  /** The error as an event of a stream that has begun. */
  errorEvent(code: string, message: string): ServerSentEvent
}

/** Reads the events of one stream and says what goes on to the caller. */
export interface StreamReader {
  /** @throws Error where the event is none of the protocol's. */
  read(event: ServerSentEvent): ServerSentEvent[]
  /** Whether the stream came to the end that the protocol names. */
  readonly complete: boolean
  readonly usage: Json | undefined
  /** The model that answers, once told. */
  readonly model: string | undefined
}
