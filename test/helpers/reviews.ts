import { type CallOptions, DAY_MS, START, type TestApp } from './app.js'

export interface Mend {
  readonly command: string
  readonly method: string
  readonly path: string
  readonly body: object | null
  readonly needs: readonly string[]
}
export interface Finding {
  readonly kind: string
  readonly subject: Readonly<Record<string, string | null>> & { readonly id: string }
  readonly since: string | null
  readonly detail: string
  readonly mend: readonly Mend[]
}

/** So many days after the beginning. */
export const after = (days: number) => new Date(START.getTime() + days * DAY_MS)

/** Reviews, and what is done about them. */
export function reviewing({ call }: TestApp, path: string) {
  const review = async (query = '', options: CallOptions = {}) => {
    const { status, body } = await call('GET', `${path}/access-review${query}`, options)
    if (status !== 200) throw new Error(JSON.stringify(body))
    return body
  }
  const find = async (kind: string, query = ''): Promise<Finding[]> =>
    (await review(`?kind=${kind}&limit=100${query}`)).data
  /** Sends a request just as it is told. */
  const send = async ({ method, path, body, needs }: Mend, added: object = {}) => {
    if (needs.some((field) => !(field in added))) throw new Error(`needs ${needs.join()}`)
    const whole = body === null ? {} : { body: { ...body, ...added } }
    return (await call(method, path, whole)).status
  }
  const subjects = (found: readonly Finding[]) => found.map(({ subject: { id } }) => id)
  return { review, find, send, subjects }
}
