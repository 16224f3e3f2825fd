import { describe, expect, test } from 'vitest'
import { refusal, result } from '../derived.ts'

const replace = (target: string, replacement: string, imports?: { module: string; names: string[] }[]) => ({
  op: 'replaceAPI' as const,
  target,
  replacement,
  ...(imports === undefined ? {} : { imports }),
})
const getIn = [{ module: './get-in', names: ['getIn'] }]
const helper = { 'get-in.ts': 'export function getIn(...a: unknown[]) {}\n' }

describe('calls of a dependency are found by their binding', () => {
  test.each([
    [
      'a named import',
      "import { get } from 'lodash'\nget(a, 'b')\n",
      "import { getIn } from './get-in'\ngetIn(a, 'b')\n",
    ],
    [
      'an alias, other imports kept',
      "import { get as g, map } from 'lodash'\nmap(g(a, 'b'))\n",
      "import { map } from 'lodash'\nimport { getIn } from './get-in'\nmap(getIn(a, 'b'))\n",
    ],
    [
      'a namespace',
      "import * as _ from 'lodash'\n_.get(a, 1)\n_.map(a)\n",
      "import * as _ from 'lodash'\nimport { getIn } from './get-in'\ngetIn(a, 1)\n_.map(a)\n",
    ],
    ['a default import', "import _ from 'lodash'\n_.get(a, 1)\n", "import { getIn } from './get-in'\ngetIn(a, 1)\n"],
    [
      'import equals',
      "import _ = require('lodash')\n_.get(a, 1); _.x\n",
      "import _ = require('lodash')\nimport { getIn } from './get-in'\ngetIn(a, 1); _.x\n",
    ],
    [
      'a namesake stays',
      "import { get } from 'other'\nget(a, 1)\nconst x = { get() {} }\nx.get()\nimport { get as real } from 'lodash'\nreal(1)\n",
      "import { get } from 'other'\nget(a, 1)\nconst x = { get() {} }\nx.get()\nimport { getIn } from './get-in'\ngetIn(1)\n",
    ],
    [
      'nested',
      "import { get } from 'lodash'\nget(get(a, 'b'), 'c')\n",
      "import { getIn } from './get-in'\ngetIn(getIn(a, 'b'), 'c')\n",
    ],
    [
      'comments and line breaks kept',
      "import { get } from 'lodash'\nget(\n  a, // what\n  /* key */ 'b',\n)\n",
      "import { getIn } from './get-in'\ngetIn(a, // what\n  /* key */ 'b')\n",
    ],
    [
      'an import that is there is used',
      "import { getIn as gi } from './get-in'\nimport { get } from 'lodash'\nget(a); gi\n",
      "import { getIn as gi } from './get-in'\ngi(a); gi\n",
    ],
    [
      'other uses of the name keep the import',
      "import { get } from 'lodash'\nget(a); [].map(get)\n",
      "import { get } from 'lodash'\nimport { getIn } from './get-in'\ngetIn(a); [].map(get)\n",
    ],
  ])('%s', (_, before, after) => {
    expect(result({ ...helper, 'a.ts': before }, replace('module:lodash#get', 'getIn($$$)', getIn))['a.ts']).toBe(after)
  })
  test('CommonJS', () => {
    const js = {
      ...helper,
      'a.js': "const { get } = require('lodash')\nconst _ = require('lodash')\nget(1); _.get(2)\n",
    }
    expect(result(js, replace('module:lodash#get', 'getIn($0)', getIn))['a.js']).toBe(
      "const { getIn } = require('./get-in')\nconst { get } = require('lodash')\nconst _ = require('lodash')\ngetIn(1); getIn(2)\n",
    )
  })
  test('the function that replaces it may go on calling it', () => {
    const files = {
      'get-in.ts': "import { get } from 'lodash'\nexport const getIn = (a: any, b: any) => get(a, b)\n",
      'b.ts': "import { get } from 'lodash'\nget(1, 2)\n",
    }
    const after = result(files, replace('module:lodash#get', 'getIn($0, $1)', getIn))
    expect(after['get-in.ts']).toBe(files['get-in.ts'])
    expect(after['b.ts']).toBe("import { getIn } from './get-in'\ngetIn(1, 2)\n")
  })
})

describe('the template is filled in', () => {
  const api =
    'export function f(...a: any[]): any {}\nexport class C { m(...a: any[]): any {}; constructor(...a: any[]) {} }\nexport function tag(...a: any[]): any {}\n'
  test.each([
    ['missing arguments are left out', 'f', 'g($0, $1, $2)', 'f(1)', 'g(1)'],
    ['missing arguments inside are undefined', 'f', '[$0, $1 + 1]', 'f(1)', '[1, undefined + 1]'],
    ['parentheses around what binds loosely', 'f', '$0 * 2', 'f(1 + 2)', '(1 + 2) * 2'],
    ['parentheses around the whole', 'f', '$0 + $1', 'f(1, 2) * 3', '(1 + 2) * 3'],
    ['none where none are needed', 'f', '$0 + $1', 'const x = f(1, 2)', 'const x = 1 + 2'],
    ['a chain goes on', 'f', 'g($0)', 'f(1).then(x).y', 'g(1).then(x).y'],
    ['arrow functions', 'f', '$0.call()', 'f(() => 1)', '(() => 1).call()'],
    ['a number before a dot', 'f', '$0.toFixed()', 'f(1)', '(1).toFixed()'],
    ['an object at the start of a statement', 'f', '{ a: $0 }', 'f(1)', '({ a: 1 })'],
    ['all arguments after others', 'f', 'g(1, $$$)', 'f()', 'g(1)'],
    ['spread in all arguments', 'f', 'g($$$)', 'f(...xs, 1)', 'g(...xs, 1)'],
    ['constructions', 'C', 'make($$$)', 'new C(1).m', 'make(1).m'],
    ['constructions without parentheses', 'C', 'make($$$)', 'new C', 'make()'],
    ['a receiver', 'C.m', 'other($this, $0)', 'c.m(1)', 'other(c, 1)'],
    ['a receiver in a chain', 'C.m', '$this.other($0)', 'c?.m(1)', 'c?.other(1)'],
    ['a tagged template', 'tag', 'text($0)', 'tag`a${1}`', 'text(`a${1}`)'],
    ['one await', 'f', 'await g($0)', 'async function h() { await f(1) }', 'async function h() { await g(1) }'],
    ['type arguments', 'f', 'g($0)', 'f<string>(1)', 'g<string>(1)'],
  ])('%s', (_, name, template, call, after) => {
    const head =
      "import { C, f, tag } from './api'\ndeclare const c: C, g: any, make: any, other: any, text: any, x: any, xs: any\n"
    const tail = '\n;[C, f, tag]\n'
    expect(result({ 'api.ts': api, 'a.ts': head + call + tail }, replace(`api.ts#${name}`, template))['a.ts']).toBe(
      head + after + tail,
    )
  })

  test.each([
    [
      'a name that a local captures',
      replace('api.ts#f', 'getIn($0)', getIn),
      'function h(getIn: any) { f(1) }',
      'NAME_COLLISION',
    ],
    [
      'a parameter of the template that captures an argument',
      replace('api.ts#f', '(() => ((x) => x + $0)(1))()'),
      'f(x)',
      'NAME_COLLISION',
    ],
    [
      'a name that the file has for something else',
      replace('api.ts#f', 'getIn($0)', getIn),
      'const getIn = 1; f(1)',
      'NAME_COLLISION',
    ],
    ['a name nobody brings', replace('api.ts#f', 'unknownThing($0)'), 'f(1)', 'SYMBOL_NOT_FOUND'],
    ['a template that is no expression', replace('api.ts#f', 'if ($0)'), 'f(1)', 'SYNTAX_ERROR'],
    ['spread arguments that a template counts', replace('api.ts#f', 'String($0)'), 'f(...x)', 'STILL_REFERENCED'],
    ['an optional chain that would break', replace('api.ts#C.m', 'String($this)'), 'c?.m(1)', 'STILL_REFERENCED'],
    ['await outside async', replace('api.ts#f', 'await Promise.all($0)'), 'function q() { f(1) }', 'SYNTAX_ERROR'],
    ['nothing that calls it', replace('module:nobody#f', 'x($0)'), 'f(1)', 'SYMBOL_NOT_FOUND'],
    [
      'a module that is not there',
      replace('api.ts#f', 'y($0)', [{ module: './none', names: ['y'] }]),
      'f(1)',
      'SYMBOL_NOT_FOUND',
    ],
    ['a nested monster', replace('api.ts#f', `${'('.repeat(500)}$0${')'.repeat(500)}`), 'f(1)', 'RESOURCE_LIMIT'],
  ])('refused: %s', (_, operation, call, code) => {
    const files = {
      ...helper,
      'api.ts': api,
      'a.ts': `import { C, f } from './api'\ndeclare const c: C, x: any\n${call}\n`,
    }
    expect(refusal(files, operation)?.split(' ')[0]).toBe(code)
  })
})
