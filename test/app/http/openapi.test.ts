import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, it } from 'vitest'
import { Problem } from '../../../core/contracts/problem.ts'
import { routeNames, routes } from '../../../core/contracts/routes.ts'
import { startServer } from './support.ts'

it('describes every call, without a complaint of the linter', async () => {
  const { url } = await startServer()
  const response = await fetch(`${url}/openapi.json`)
  expect(response.status).toBe(200)
  const source = await response.text()
  const document = JSON.parse(source)
  expect(document.openapi).toMatch(/^3\.1\./)

  const described = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(([path, calls]) =>
    Object.keys(calls).map((method) => `${method.toUpperCase()} ${path}`),
  )
  for (const name of routeNames) {
    const { method, path } = routes[name]
    expect(described).toContain(`${method} ${path.replace(/:(\w+)/g, '{$1}').replace('*', '{rest}')}`)
  }

  const config = await createConfig({ extends: ['recommended'] })
  const complaints = await lintFromString({ source, config })
  expect(complaints.map((c) => `${c.severity} ${c.ruleId}: ${c.message} ${c.location[0]?.pointer}`)).toEqual([])
})

it('describes errors as they are', async () => {
  const { url } = await startServer()
  const response = await fetch(`${url}/missions/x/batches`, {
    method: 'POST',
    body: '{',
    headers: { 'content-type': 'application/json' },
  })
  expect(Problem.parse(await response.json()).code).toBe('INVALID_REQUEST')
})
