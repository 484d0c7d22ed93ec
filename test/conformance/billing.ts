import type { Answer, TestApp } from '../helpers/app.js'
import type { Product, Team } from './products.js'

/** What the host tells and reads of a team's seats, and what became due. */
export function createHost({ call, unique }: Pick<TestApp, 'call' | 'unique'>) {
  return {
    /** Everything that the host's billing says from now on. */
    push: (team: Team, billing: object): Promise<Answer> =>
      call('PUT', `${team.path}/billing`, { body: billing }),
    billing: async (team: Team): Promise<Answer['body']> =>
      (await call('GET', `${team.path}/billing`)).body,
    /** What became due, oldest first. */
    entries: async (team: Team): Promise<Answer['body'][]> =>
      (await call('GET', `${team.path}/billing-entries?limit=100`)).body.data,
    summary: async (team: Team, language = 'en'): Promise<Answer['body']> =>
      (await call('GET', `${team.path}/summary`, { headers: { 'accept-language': language } }))
        .body,
    /** A product's policy under a key of its own, with these sections changed; answers with it. */
    putCopy: async (
      product: Product,
      changes: Readonly<Record<string, object>>
    ): Promise<string> => {
      const key = unique('copy')
      const { body } = await call('GET', `/v1/policies/${product}`)
      const { document } = body
      const changed = Object.entries(changes).map(([section, fields]) => [
        section,
        { ...document[section], ...fields }
      ])
      const put = await call('PUT', `/v1/policies/${key}`, {
        body: { document: { ...document, ...Object.fromEntries(changed), key } }
      })
      if (put.status !== 201) throw new Error(`not put: ${JSON.stringify(put.body)}`)
      return key
    }
  }
}
