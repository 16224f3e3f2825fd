import type { Mission } from '../../../core/contracts/index.ts'

/** What an operation is about, in one line; the diff says the rest. */
export function describeOperation(
  operation: NonNullable<Mission['changeSpec']>['operations'][number] | undefined,
): string {
  switch (operation?.op) {
    case 'renameSymbol':
      return `renameSymbol ${operation.symbol} → ${operation.to}`
    case 'replaceAPI':
    case 'deleteNode':
      return `${operation.op} ${operation.target}`
    case 'moveModule':
      return `moveModule ${operation.from} → ${operation.to}`
    case 'insertNode':
      return `insertNode ${operation.position} ${operation.target}`
    default:
      return operation?.op ?? ''
  }
}
