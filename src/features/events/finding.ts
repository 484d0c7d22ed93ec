/** What in a log is not as it was sealed. */
export interface Finding {
  readonly what: 'changed' | 'missing' | 'added' | 'seal' | 'head'
  readonly detail: string
}
