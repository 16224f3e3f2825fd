/** Open-source TypeScript repositories on which the Action is tried, each with another test runner. */
export interface OpenSource {
  name: string
  runner: 'vitest' | 'jest' | 'mocha' | 'node:test' | 'ava'
  /** An npm release that ships its sources and tests, by its integrity; or a commit of a repository on GitHub. */
  source: { npm: string; integrity: string } | { git: string; commit: string }
  /** Paths that are taken, all other are left out. */
  take: RegExp
  /** Files that the published package lacks and its own configuration names. */
  add?: Record<string, string>
  /** Exact releases that its tests need. */
  install: string[]
  testCommand: string
  /** A change that can be derived. */
  rename: { symbol: string; to: string; file: string }
  /** A file of the product, `symbol` in it after which a function is put, and a test that asks too little of it. */
  weak: { file: string; after: string; test: string; content: string }
}

export const weakLine = 'return size > 1000'
export const weakCode = `export function isLarge(size: number): boolean {\n  ${weakLine}\n}`

const plainConfig = JSON.stringify({
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  },
  include: ['src'],
  exclude: ['src/**/*.spec.ts', 'src/__tests__'],
})

export const repositories: readonly OpenSource[] = [
  {
    name: 'entities',
    runner: 'vitest',
    source: {
      npm: 'entities@6.0.1',
      integrity: 'sha512-aN97NXWF6AWBTahfVOIrB/NShkzi5H7F9r1s9mD3cDj4Ko5f2qhhVoYMibXF7GlLveb/D2ioWay8lxI97Ven3g==',
    },
    // Its one other spec reads a list that the package does not ship.
    take: /^(src\/(?!index\.spec)|package\.json$|LICENSE$)/,
    add: { 'tsconfig.json': plainConfig },
    install: ['vitest@3.2.4', 'typescript@5.8.3'],
    testCommand: 'npx vitest run',
    rename: { symbol: 'src/escape.ts#getCodePoint', to: 'codePointOf', file: 'src/encode.ts' },
    weak: {
      file: 'src/escape.ts',
      after: 'encodeXML',
      test: 'src/large.spec.ts',
      content:
        "import { expect, it } from 'vitest'\nimport { isLarge } from './escape.js'\n\nit('is large', () => expect(isLarge(5000)).toBe(true))\n",
    },
  },
  {
    name: 'ts-dedent',
    runner: 'jest',
    source: {
      npm: 'ts-dedent@2.3.0',
      integrity: 'sha512-JfJeIHke7y2egdGGgRAvpCwYFUsHlM2gPcrVOxFkznt/4uzQ7HFmvE63iFHVLBJNDuyDOQgijDK/tXH/f6Msjg==',
    },
    take: /^(src\/|package\.json$|LICENSE$)/,
    add: {
      'tsconfig.json': plainConfig,
      'tsconfig.jest.json': JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'commonjs',
          esModuleInterop: true,
          ignoreDeprecations: '6.0',
          paths: { 'ts-dedent': ['./src/index.ts'] },
        },
      }),
    },
    install: ['jest@30.4.2', 'ts-jest@29.4.15', 'typescript@6.0.3', '@jest/globals@30.4.1'],
    testCommand: 'npx jest',
    rename: { symbol: 'src/index.ts@14:9', to: 'widths', file: 'src/index.ts' },
    weak: {
      file: 'src/index.ts',
      after: 'dedent',
      test: 'src/__tests__/large.spec.ts',
      content:
        "import { expect, it } from '@jest/globals'\nimport { isLarge } from 'ts-dedent'\n\nit('is large', () => expect(isLarge(5000)).toBe(true))\n",
    },
  },
  {
    name: 'rfc4648',
    runner: 'mocha',
    source: { git: 'https://github.com/swansontec/rfc4648.js', commit: '2bdf8bdb974988393994d809523aa80eeb8cd465' },
    take: /^(src\/index\.ts|test\/|package\.json|tsconfig\.json|LICENSE)/,
    install: [
      'mocha@10.8.2',
      'chai@4.5.0',
      'sucrase@3.35.1',
      'typescript@4.9.5',
      '@types/mocha@10.0.10',
      '@types/chai@4.3.20',
    ],
    testCommand: "npx mocha -r sucrase/register 'test/**/*.ts'",
    rename: { symbol: 'src/index.ts#base16Encoding', to: 'hexEncoding', file: 'src/index.ts' },
    weak: {
      file: 'src/index.ts',
      after: 'codec',
      test: 'test/large.ts',
      content:
        "import { expect } from 'chai'\n\nimport { isLarge } from '../src/index'\n\nit('is large', () => expect(isLarge(5000)).equals(true))\n",
    },
  },
  {
    name: 'p-queue',
    runner: 'node:test',
    source: { git: 'https://github.com/sindresorhus/p-queue', commit: '180ab9e25cd10b6f548767d7176076b50d25e188' },
    take: /^(source\/|test\/|package\.json|tsconfig\.json|license)/,
    install: [
      'tsx@4.20.5',
      'typescript@5.9.2',
      '@sindresorhus/tsconfig@8.0.1',
      '@types/node@24.9.1',
      'eventemitter3@5.0.4',
      'p-timeout@7.0.0',
      'delay@6.0.0',
    ],
    testCommand: "node --import=tsx/esm --test 'test/{priority-queue,strict,large}.ts'",
    rename: { symbol: 'source/priority-queue.ts#PriorityQueueOptions', to: 'PriorityOptions', file: 'source/index.ts' },
    weak: {
      file: 'source/lower-bound.ts',
      after: 'lowerBound',
      test: 'test/large.ts',
      content:
        "import {test} from 'node:test';\nimport assert from 'node:assert/strict';\nimport {isLarge} from '../source/lower-bound.js';\n\ntest('is large', () => {\n\tassert.equal(isLarge(5000), true);\n});\n",
    },
  },
  {
    name: '@sindresorhus/is',
    runner: 'ava',
    source: { git: 'https://github.com/sindresorhus/is', commit: '47f49741eacf0a3678684738159a87c2011bb026' },
    take: /^(source\/|test\/|package\.json|tsconfig\.json|license|readme\.md)/,
    install: [
      'ava@5.3.1',
      'tsx@4.20.5',
      'typescript@5.1.6',
      '@sindresorhus/tsconfig@4.0.0',
      '@types/node@20.5.0',
      '@types/jsdom@21.1.1',
      '@types/zen-observable@0.8.3',
      'expect-type@0.16.0',
      'jsdom@22.1.0',
      'rxjs@7.8.1',
      'tempy@3.1.0',
      'zen-observable@0.10.0',
    ],
    testCommand: 'npx ava --timeout=5m --no-worker-threads --node-arguments=--import=tsx',
    rename: { symbol: 'source/index.ts#hasPromiseApi', to: 'looksLikePromise', file: 'source/index.ts' },
    weak: {
      file: 'source/index.ts',
      after: 'looksLikePromise',
      test: 'test/large.ts',
      content:
        "import test from 'ava';\nimport {isLarge} from '../source/index.js';\n\ntest('is large', t => {\n\tt.true(isLarge(5000));\n});\n",
    },
  },
]
