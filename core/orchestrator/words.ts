import type { CallContext } from '../contracts/index.ts'
import type { OrchestratorDeps } from './deps.ts'

/** What people write (comments, reasons) goes through the gateway before it is kept: nothing secret or personal stays. */
export async function cleanWords(
  deps: Pick<OrchestratorDeps, 'services'>,
  text: string,
  ctx: CallContext,
): Promise<string> {
  if (text.trim() === '') return text
  const answer = await deps.services.gateway.preflight(
    { body: { content: text, context: { destination: 'evidence' } } },
    ctx,
  )
  return typeof answer.sanitized === 'string' ? answer.sanitized : '[withheld by policy]'
}
