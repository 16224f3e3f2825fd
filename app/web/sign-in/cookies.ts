import type { IncomingHttpHeaders } from 'node:http'

export const cookieOf = (headers: IncomingHttpHeaders, name: string): string | undefined =>
  headers.cookie
    ?.split(/; */)
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1)

/** Kept from scripts and from other sites; `maxAge` in seconds, 0 removes it. */
export const setCookie = (name: string, value: string, secure: boolean, maxAge: number): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure ? '; Secure' : ''}`
