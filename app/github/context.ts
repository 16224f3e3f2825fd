import type { CallContext } from '../../core/contracts/index.ts'
import { correlationId, currentCorrelationId } from '../../core/platform/correlation.ts'

/** The app's own calls to the services. */
export const systemCaller = (): CallContext => ({
  caller: { login: 'atomic', type: 'agent', scopes: ['service'] },
  correlationId: currentCorrelationId() ?? correlationId(),
})
