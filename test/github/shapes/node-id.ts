/** An opaque id as GraphQL and `node_id` carry it: kind and number, so that it can be read back. */
export const nodeId = (kind: string, id: number | string): string => Buffer.from(`${kind}:${id}`).toString('base64url')

export function readNodeId(id: string): { kind: string; key: string } {
  const text = Buffer.from(id, 'base64url').toString()
  const colon = text.indexOf(':')
  return { kind: text.slice(0, colon), key: text.slice(colon + 1) }
}
