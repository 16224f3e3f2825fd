import { GraphQlRefusal } from './refusal.ts'

export interface Page {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

const cursorOf = (index: number): string => Buffer.from(`cursor:${index}`).toString('base64')
const indexOf = (cursor: string): number => Number(Buffer.from(cursor, 'base64').toString().replace('cursor:', ''))

/** A connection over a whole list; GitHub wants `first` or `last`, a hundred at most. */
export function connection<T>(name: string, items: T[], page: Page, show: (item: T) => unknown): object {
  const { first, last, after, before } = page
  const size = first ?? last
  if (size === undefined || size === null) {
    throw new GraphQlRefusal(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    )
  }
  if (size < 1 || size > 100) {
    throw new GraphQlRefusal(
      'EXCESSIVE_PAGINATION',
      `Requesting ${size} records on the \`${name}\` connection exceeds the \`first\` limit of 100 records.`,
    )
  }
  let from = after ? indexOf(after) + 1 : 0
  let to = before ? indexOf(before) : items.length
  if (typeof first === 'number') to = Math.min(to, from + first)
  else from = Math.max(from, to - size)
  const edges = items.slice(from, to).map((item, i) => ({ node: () => show(item), cursor: cursorOf(from + i) }))
  return {
    nodes: () => edges.map((edge) => edge.node()),
    edges,
    totalCount: items.length,
    pageInfo: {
      hasNextPage: to < items.length,
      hasPreviousPage: from > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}
