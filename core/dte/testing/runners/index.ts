import type { TestRunner } from '../runner.ts'
import { jest } from './jest.ts'
import { nodeTest } from './node-test.ts'
import { vitest } from './vitest.ts'

export const runners: readonly TestRunner[] = [vitest, jest, nodeTest]
