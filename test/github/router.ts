import type { Route } from './route.ts'

interface Compiled {
  route: Route
  pattern: RegExp
  names: string[]
}

/** Parameters that take the rest of the path, slashes and all. */
const greedy = new Set(['path', 'ref', 'branch', 'basehead'])

export class Router {
  readonly #routes: Compiled[]

  constructor(routes: Route[]) {
    this.#routes = routes.map((route) => {
      const names: string[] = []
      const pattern = route.path.replace(/\{(\w+)\}/g, (_, name: string) => {
        names.push(name)
        return greedy.has(name) ? '(.+?)' : '([^/]+)'
      })
      return { route, pattern: new RegExp(`^${pattern}/?$`), names }
    })
  }

  find(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
    for (const { route, pattern, names } of this.#routes) {
      if (route.method !== method) continue
      const found = pattern.exec(path)
      if (!found) continue
      const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1]!)]))
      return { route, params }
    }
    return undefined
  }
}
