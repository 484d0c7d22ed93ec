import { type Answer, type CallOptions, DAY_MS, START, type TestApp } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import type { Product } from '../products.js'

/** One step of an organization's story. */
export interface Step {
  readonly name: string
  readonly run: (teller: Teller) => Promise<void>
}

/** What a story is told with: its own organization, people, names and time. */
export interface Teller {
  readonly product: Product
  readonly app: TestApp
  readonly id: string
  readonly path: string
  /** In every address and name of this organization, and in no other’s. */
  readonly tag: string
  /** What earlier steps have made, by a name of the story’s own. */
  readonly made: Map<string, string>
  readonly get: (name: string) => string
  readonly keep: (name: string, value: unknown) => void
  readonly email: (name: string) => string
  readonly user: (name: string) => { id: string; email: string; name: string }
  /** As the host: every call of a story succeeds, or the story is wrong. */
  readonly host: (method: string, path: string, body?: unknown) => Promise<Answer['body']>
  readonly accept: (token: string, name: string) => Promise<void>
  /** Time goes on for this organization alone. */
  readonly wait: (days: number) => void
  readonly now: () => Date
}

const PLANS: Readonly<Record<Product, object>> = {
  oupi: { entitlements: ['team', 'custom_roles', 'groups'], seats: 40 },
  openphone: { plan: 'business', period: { starts_on: '2030-01-01', ends_on: '2030-02-01' } },
  surveymonkey: { entitlements: ['team'], seats: 4, prices: { seat: 1_000 }, currency: 'USD' },
  respondio: {},
  ampliphi: {}
}

/** An organization in which nothing has happened yet but that it was made. */
export async function beginStory(app: TestApp, product: Product): Promise<Teller> {
  const tag = app.unique('t').replace('_', '')
  const email = (name: string) => `${name}@${tag}.test`
  const user = (name: string) => ({
    id: `${name}-${tag}`,
    email: email(name),
    name: `${name} ${tag}`
  })
  const { id: userId, ...olga } = user('olga')
  app.clock.now = START
  const { body, status } = await app.call('POST', '/v1/organizations', {
    body: {
      name: `Team ${tag}`,
      policy: product,
      owner: { user_id: userId, ...olga },
      billing: PLANS[product]
    }
  })
  if (status !== 201) throw new Error(JSON.stringify(body))
  const path = `/v1/organizations/${String(body.id)}`
  const made = new Map<string, string>()
  let now = START
  const get = (name: string) => {
    const value = made.get(name)
    if (value === undefined) throw new Error(`the story has made no ${name}`)
    return value
  }
  const host = async (method: string, rest: string, sent?: unknown) => {
    const options: CallOptions = sent === undefined ? {} : { body: sent }
    const answer = await app.call(
      method,
      rest.startsWith('/v1/') ? rest : `${path}${rest}`,
      options
    )
    if (answer.status >= 300) {
      throw new Error(`${product}: ${method} ${rest}: ${JSON.stringify(answer.body)}`)
    }
    return answer.body
  }
  const { body: first } = await app.call('GET', `${path}/members`)
  made.set('olga', first.data[0].id)
  return {
    product,
    app,
    id: body.id,
    path,
    tag,
    made,
    get,
    keep: (name, value) => made.set(name, String(value)),
    email,
    user,
    host,
    accept: async (token, name) => {
      const answer = await app.accept(token, user(name))
      if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
      made.set(name, answer.body.id)
    },
    wait: (days) => {
      now = new Date(now.getTime() + days * DAY_MS)
    },
    now: () => now
  }
}

/** Runs a step, and all that it left to do, at the story’s own time, whatever it is for others. */
export async function runStep(teller: Teller, { run }: Step): Promise<void> {
  teller.app.clock.now = teller.now()
  await run(teller)
  await runAllJobs(teller.app.deps)
}
