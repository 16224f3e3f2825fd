/** Who does it: a person, or an app's bot. */
export interface Actor {
  login: string
  viaApp?: number
}
