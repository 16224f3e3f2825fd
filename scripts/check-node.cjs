// Plain old JavaScript: it must run, and speak clearly, on any Node there ever was.
var agent = process.env.npm_config_user_agent || ''
var found = /node\/v(\d+)/.exec(agent) || /v(\d+)/.exec(process.version)
if (Number(found[1]) < 20) {
  console.error(
    '\nAtomic needs Node.js 20 or newer to install (it brings its own Node 24 to run on); this is v' + found[1] + '.',
  )
  console.error('Get a current Node.js from https://nodejs.org and run "npm ci" again.\n')
  process.exit(1)
}
