import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Who signed in with GitHub, and a word of this session's own that forms are signed with. */
export interface Session {
  login: string
  /** Makes the session's form token; told to nobody. */
  nonce: string
  /** ms since the epoch */
  until: number
}

const lifeMs = 8 * 3_600_000
const macLength = 43

/** Sessions live in a signed cookie; nothing of GitHub's is kept in it, or here. */
export class Sessions {
  readonly #key: string
  readonly #now: () => number
  constructor(key: string, now: () => number) {
    this.#key = key
    this.#now = now
  }

  open(login: string): string {
    return this.seal('session', { login, nonce: randomBytes(18).toString('base64url'), until: this.#now() + lifeMs })
  }

  read(text: string | undefined): Session | undefined {
    const session = this.unseal<Session>('session', text)
    return session && session.until > this.#now() ? session : undefined
  }

  /** What a form of this session carries; from elsewhere nobody knows it. */
  formToken = ({ login, nonce }: Session): string => this.#mac('form', `${login}\n${nonce}`)

  isFormToken(session: Session, token: unknown): boolean {
    return typeof token === 'string' && same(token, this.formToken(session))
  }

  /** A value as text that only this server can have written. */
  seal(purpose: string, value: object): string {
    const body = Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${body}.${this.#mac(purpose, body)}`
  }

  unseal<T>(purpose: string, text: string | undefined): T | undefined {
    const [body = '', mac = ''] = (text ?? '').split('.')
    if (mac.length !== macLength || !same(mac, this.#mac(purpose, body))) return undefined
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as T
  }

  #mac = (purpose: string, text: string): string =>
    createHmac('sha256', this.#key).update(`${purpose}\n${text}`).digest('base64url')
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
