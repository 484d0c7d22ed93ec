/** What of the host's somebody is to have, as a request says. */
export interface ResourcesChoice {
  /** Ones that are there, or a new one that the host is to make. */
  readonly choice: 'new' | 'existing'
  readonly ids?: readonly string[]
  readonly kind?: string
  readonly mode?: string
}
