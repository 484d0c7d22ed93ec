import type { TestApp } from './app.js'
import { teamWithCredits } from './credits.js'

/** A team that uses its credits in a mode which it has chosen by HTTP. */
export async function teamInMode(
  app: TestApp,
  mode: string,
  fields: Parameters<typeof teamWithCredits>[1] & { time_zone?: string; locale?: string } = {}
) {
  const team = await teamWithCredits(app, fields)
  const { call } = app
  const put = (what: string, body: unknown, actor?: string) =>
    call('PUT', `${team.path}/${what}`, { body, ...(actor === undefined ? {} : { actor }) })
  await put('credit-settings', { mode })
  const request = (fields: object, actor?: string) =>
    call('POST', `${team.path}/credit-requests`, {
      body: fields,
      ...(actor === undefined ? {} : { actor })
    })
  const decide = (id: string, verb: string, body: object = {}, actor?: string) =>
    call('POST', `${team.path}/credit-requests/${id}/${verb}`, {
      body,
      ...(actor === undefined ? {} : { actor })
    })
  return {
    ...team,
    put,
    request,
    decide,
    /** What a member has left to spend. */
    unused: async (memberId: string) =>
      (await team.get(`credit-accounts/${memberId}`)).body.unused as number,
    /** What is left in the pool. */
    pool: async () => (await team.get('credits')).body.unallocated as number,
    /** Data of the events of a type, newest first. */
    events: async (type: string) =>
      (await team.get(`events?type=${type}&limit=100`)).body.data as {
        data: Record<string, unknown>
        changes: Record<string, unknown>
        actor: Record<string, unknown>
      }[]
  }
}

export type ModeTeam = Awaited<ReturnType<typeof teamInMode>>
