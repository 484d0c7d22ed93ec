import { PRESETS } from '../../src/policy/presets.js'
import type { CallOptions, TestApp } from './app.js'
import { placeResources } from './grants.js'
import { policyLike } from './policies.js'

type Body = Record<string, unknown>

/** Permissions of the host's that every role has. */
export const WRITE = 'app:articles.write'
export const READ = 'app:articles.read'

/** Teams under a policy with modes of every sort, and questions about what somebody may there. */
export async function resourceRights(app: TestApp) {
  const { call, organization, member, unique } = app
  const policy = await policyLike(app, 'standard', {
    roles: PRESETS.get('standard')?.roles.map((role) => ({
      ...role,
      permissions: [...role.permissions, WRITE, READ]
    })),
    resources: {
      kinds: [
        {
          key: 'resource',
          label: { en: 'Resource', fr: 'Ressource' },
          modes: [
            { key: 'shared' },
            { key: 'exclusive', exclusive: true },
            { key: 'reader', permissions: [READ] },
            { key: 'read_only', permissions: [] }
          ]
        }
      ]
    }
  })
  const answer = async (path: string, body: Body, options: CallOptions = {}) => {
    const { status, body: answered } = await call('POST', `${path}/authorize`, { body, ...options })
    if (status !== 200) throw new Error(JSON.stringify(answered))
    return answered as Body
  }
  /** A team with somebody in it, and what they may on a resource. */
  const team = async () => {
    const org = await organization({ policy })
    const ana = await member(org.path)
    const on =
      (member_id = ana.id) =>
      (permission: string, resource: string) =>
        answer(org.path, { member_id, permission, resource })
    return { org, ana, on, may: on() }
  }
  const newGroup = async (path: string, ...memberIds: string[]) => {
    const { body } = await call('POST', `${path}/groups`, { body: { name: unique('group') } })
    const id = body.id as string
    for (const one of memberIds) await call('PUT', `${path}/groups/${id}/members/${one}`)
    return id
  }
  return { answer, team, newGroup, place: placeResources(app) }
}
