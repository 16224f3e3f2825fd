import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readInputs } from '../../action/inputs.ts'
import { outputNames } from '../../action/mode.ts'

const given = (inputs: Record<string, string>) => readInputs((name) => inputs[name] ?? '')
const metadata = parse(readFileSync('action.yml', 'utf8')) as {
  inputs: Record<string, { default?: string }>
  outputs: Record<string, unknown>
  runs: { using: string; main: string }
}

test('without any input it verifies what is in .atomic', () => {
  expect(given({})).toMatchObject({
    mode: 'verify',
    changespec: '.atomic/*.{json,yml,yaml}',
    'base-ref': undefined,
    'upload-artifact': true,
    'working-directory': '',
  })
})

test('the inputs and outputs are those of action.yml, with the same defaults', () => {
  expect(Object.keys(given({})).sort()).toEqual(Object.keys(metadata.inputs).sort())
  expect([...outputNames].sort()).toEqual(Object.keys(metadata.outputs).sort())
  expect(metadata.runs).toEqual({ using: 'node24', main: 'action/dist/main.js' })
  const defaults = Object.fromEntries(
    Object.entries(metadata.inputs).map(([name, input]) => [name, input.default ?? '']),
  )
  expect(given({ ...defaults, 'github-token': '' })).toEqual(given({}))
})

test.each([
  ['mode', 'guess'],
  ['mutation-threshold', '101'],
  ['mutation-threshold', 'many'],
  ['app-url', 'http://atomic.example.com'],
  ['app-url', 'nonsense'],
  ['upload-artifact', 'yes'],
  ['working-directory', '../elsewhere'],
  ['working-directory', '/etc'],
  ['base-ref', '--upload-pack=x'],
])('refuses %s: %s, and names it', (name, value) => {
  expect(() => given({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'INVALID_REQUEST', errors: [expect.objectContaining({ path: name })] }),
  )
})

test('names every input that does not fit at once', () => {
  expect(() => given({ mode: 'x', 'upload-artifact': 'y' })).toThrow(/mode: .*; upload-artifact: /)
})

test.each([
  ['./packages/web/', 'packages/web'],
  ['.', ''],
  ['packages/web', 'packages/web'],
])('the working directory %s is %s', (value, folder) => {
  expect(given({ 'working-directory': value })['working-directory']).toBe(folder)
})

test('takes the loopback without TLS, for a test of one’s own', () => {
  expect(given({ 'app-url': 'http://127.0.0.1:3000/' })['app-url']).toBe('http://127.0.0.1:3000')
})
