import type { MutationEngine } from '../engine.ts'
import { stryker } from './stryker.ts'

export const engines: readonly MutationEngine[] = [stryker]
