import type { TestRunner } from '../runner.ts'
import { ava } from './ava.ts'
import { jest } from './jest.ts'
import { karma } from './karma.ts'
import { mocha } from './mocha.ts'
import { nodeTest } from './node-test.ts'
import { vitest } from './vitest.ts'

export const runners: readonly TestRunner[] = [vitest, jest, mocha, nodeTest, ava, karma]
