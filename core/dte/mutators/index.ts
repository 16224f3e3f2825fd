import type { MutationEngine } from '../mutation.ts'
import { stryker } from './stryker.ts'

export const engines: readonly MutationEngine[] = [stryker]
