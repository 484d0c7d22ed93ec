import { type CallOptions, DAY_MS, START, type TestApp } from './app.js'
import { plainMember } from './members.js'
import { policyLike } from './policies.js'

/** How long the presets let a candidate think. */
const LIFETIME_MS = 30 * DAY_MS
export const OVER = new Date(START.getTime() + LIFETIME_MS)
export const LAST_INSTANT = new Date(OVER.getTime() - 1)

const tokenOf = (link: unknown) => String(link).split('/').at(-1) ?? ''

/** Like SurveyMonkey's, but an account that nobody took over is its holder's again. */
export const restoring = (app: TestApp) =>
  policyLike(app, 'surveymonkey', { reassignment: { enabled: true, on_timeout: 'restore' } })

/** Somebody who is asked to take an account over, and how they answer. */
function candidateOf({ accept, call, unique }: TestApp) {
  const id = unique('heir')
  const user = { id, email: `${id}@sm.test` }
  return {
    id,
    email: user.email,
    as: `user:${id}`,
    accept: (token: string, fields: Record<string, unknown> = {}) =>
      accept(token, { ...user, ...fields }),
    decline: (token: string) =>
      call('POST', '/v1/invitations/decline', { key: null, body: { token } })
  }
}

/** A team under a policy, one account of it, and what can be done to that. */
export async function createAccount(app: TestApp, policy = 'surveymonkey') {
  const { call, organization, member } = app
  const org = await organization({ policy })
  const holder = await member(org.path)
  const path = `${org.path}/members/${holder.id}`
  const read = async () => plainMember((await call('GET', path)).body)

  return {
    org,
    holder,
    path,
    read,
    candidate: () => candidateOf(app),
    /** The host brings the link itself, so the answer has it. */
    reassign: async (
      email: string,
      fields: Record<string, unknown> = {},
      options: CallOptions = {}
    ) => {
      const body = { email, send_email: false, ...fields }
      const answer = await call('POST', `${path}/reassign`, { ...options, body })
      const { link, invitation } = answer.body
      return { answer, invitation, token: tokenOf(link) }
    },
    cancel: (options: CallOptions = {}) => call('DELETE', `${path}/reassignment`, options),
    resend: async (id: string, via = 'link', options: CallOptions = {}) => {
      const resendPath = `${org.path}/invitations/${id}/resend`
      const answer = await call('POST', resendPath, { ...options, body: { via } })
      return { answer, token: tokenOf(answer.body.link) }
    },
    invitation: async (id: string) => (await call('GET', `${org.path}/invitations/${id}`)).body,
    /** What has happened to people since somebody last joined, oldest first. */
    story: async () => {
      const { body } = await call('GET', `${org.path}/events?limit=100`)
      const events = body.data as { type: string }[]
      return events
        .slice(
          0,
          events.findIndex(({ type }) => type === 'member.joined')
        )
        .filter(({ type }) => !/^(?:seats|billing)\./.test(type))
        .reverse()
    },
    /** Whether somebody may act here: 200, or the code of the refusal. */
    access: async (as: string) => {
      const { status, body } = await call('POST', `${path}/activity`, { actor: as })
      return status === 200 ? 200 : (body.code as string)
    }
  }
}

export const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
