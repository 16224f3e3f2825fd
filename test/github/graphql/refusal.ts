/** An error as GitHub's GraphQL says it: with a `type` beside the message. */
export class GraphQlRefusal extends Error {
  readonly type: string

  constructor(type: string, message: string) {
    super(message)
    this.type = type
  }
}
