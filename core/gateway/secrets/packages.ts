import type { TokenRule } from '../engine/rule.ts'
import { githubChecksum } from './checksums.ts'

export const packages: readonly TokenRule[] = [
  {
    type: 'npm-token',
    shapes: ['npm_[A-Za-z0-9]{36}'],
    source: 'https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/',
    anywhere: true,
    check: { test: githubChecksum },
  },
  {
    type: 'pypi-token',
    // A macaroon whose location is pypi.org or test.pypi.org.
    shapes: ['pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}', 'pypi-AgENdGVzdC5weXBpLm9yZw[A-Za-z0-9_-]{50,1000}'],
    source: 'https://pypi.org/help/#apitoken',
    anywhere: true,
  },
  {
    type: 'rubygems-token',
    shapes: ['rubygems_[a-f0-9]{48}'],
    source: 'https://guides.rubygems.org/api-key-scopes/',
    anywhere: true,
  },
  {
    type: 'nuget-key',
    shapes: ['oy2[a-z0-9]{43}'],
    source: 'https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys',
    entropy: 3,
  },
  {
    type: 'crates-io-token',
    shapes: ['cio[A-Za-z0-9]{32}'],
    source: 'https://doc.rust-lang.org/cargo/reference/publishing.html',
    entropy: 3.5,
  },
  {
    type: 'docker-token',
    shapes: ['dckr_pat_[A-Za-z0-9_-]{27}', 'dckr_oat_[A-Za-z0-9_-]{32}'],
    source: 'https://docs.docker.com/security/access-tokens/',
    anywhere: true,
  },
  {
    type: 'clojars-token',
    shapes: ['CLOJARS_[a-z0-9]{60}'],
    source: 'https://github.com/clojars/clojars-web/wiki/Deploy-Tokens',
    anywhere: true,
  },
]
