// The last line of .ci/run: "N passed, N failed", counted from Vitest's JSON report.
// A file that fails to load counts as one failure, so that nothing that did not run looks well.
const { readFileSync } = require('node:fs')

let report
try {
  report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
} catch (error) {
  console.error(`no test report: ${error.message}`)
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
const failed = report.numFailedTests + unloaded.length
console.log(`${report.numPassedTests} passed, ${failed} failed`)
process.exit(failed > 0 || report.numPassedTests === 0 ? 1 : 0)
