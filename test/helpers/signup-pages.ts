import type { Answer, CallOptions, TestApp } from './app.js'

/** What the tests do with signup pages. */
export function signupStories({ call, url }: Pick<TestApp, 'call' | 'url'>) {
  return {
    /** A page of an organization, open for two unless said otherwise. */
    openPage: async (path: string, fields: Record<string, unknown> = {}, options?: CallOptions) => {
      const body = { max_signups: 2, ...fields }
      const answer = await call('POST', `${path}/signup-pages`, { ...options, body })
      const { id, slug } = answer.body
      const at = `${path}/signup-pages/${String(id)}`
      const read = async (): Promise<Answer['body']> => (await call('GET', at)).body
      return { answer, at, id: String(id), slug: String(slug), read, shown: `${url}/join/${slug}` }
    },
    /** Somebody asks, whoever they are. */
    ask: (slug: string, email: string, fields: Record<string, unknown> = {}) =>
      call('POST', `/v1/signup-pages/${slug}/signups`, { key: null, body: { email, ...fields } }),
    see: async (slug: string): Promise<Answer['body']> =>
      (await call('GET', `/v1/signup-pages/${slug}`, { key: null })).body
  }
}
