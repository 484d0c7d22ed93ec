import { policies } from '../../src/db/tables/policies.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { type Answer, START, type TestApp } from './app.js'
import { policyDocument, role } from './policies.js'

const KINDS = [
  {
    key: 'number',
    label: { en: 'Phone number', fr: 'Numéro' },
    modes: [
      { key: 'shared', label: { en: 'Shared', fr: 'Partagé' } },
      { key: 'exclusive', exclusive: true },
      { key: 'read_only', charged: false }
    ]
  },
  { key: 'desk', label: { en: 'Desk', fr: 'Bureau' }, owners: false }
]

const RULES = ['resource.view', 'resource.manage', 'resource.assign', 'resource.settings']
const OWN = ['resource.view:assigned', 'resource.assign:own', 'resource.settings:own']

/** A small policy in which each role may something else with resources. */
async function policyOfResources({ deps, unique }: TestApp, fields: Record<string, unknown>) {
  const key = unique('policy')
  const { roles } = policyDocument(key)
  const [owner] = roles
  const document = PolicyDocument.parse({
    ...policyDocument(key),
    roles: [
      { ...owner, permissions: [...(owner?.permissions ?? []), ...RULES, 'group.manage'] },
      role('manager', RULES),
      role('viewer', ['resource.view']),
      role('giver', ['resource.view', 'resource.assign']),
      role('ruler', [...OWN, 'resource.manage:own']),
      role('member', OWN),
      role('nobody', [])
    ],
    removal: { handover: 'optional' },
    member_fields: ['name', 'role', 'resources'],
    ...fields,
    invitations: {
      resource_choices: ['new', 'existing'],
      fields: { resources: 'optional' },
      ...(fields['invitations'] as object | undefined)
    },
    resources: { kinds: KINDS, ...(fields['resources'] as object | undefined) }
  })
  await deps.db.insert(policies).values({ key, version: 1, document, createdAt: START })
  return key
}

type Json = Answer['body']

/** A team under it, and how to do with its resources what the API lets be done. */
export async function teamWithResources(app: TestApp, fields: Record<string, unknown> = {}) {
  const { call } = app
  const policy = await policyOfResources(app, fields)
  const org = await app.organization({ policy })
  const resources = `${org.path}/resources`
  const at = (id: string) => `${resources}/${id}`
  const as = (actor: string | undefined) => (actor === undefined ? {} : { actor })
  let made = 0

  const create = async (more: Record<string, unknown> = {}): Promise<string> => {
    made += 1
    const { body } = await call('POST', resources, { body: { external_id: `pn_${made}`, ...more } })
    return body.id as string
  }
  const group = async (...memberIds: string[]): Promise<string> => {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
    for (const id of memberIds) await call('PUT', `${org.path}/groups/${body.id}/members/${id}`)
    return body.id as string
  }
  const list = async (path: string, actor?: string): Promise<Json[]> =>
    (await call('GET', `${org.path}${path}`, as(actor))).body.data

  return {
    ...org,
    policy,
    at,
    create,
    group,
    list,
    member: (name = 'member') => app.member(org.path, { role: name }),
    get: (id: string, actor?: string) => call('GET', at(id), as(actor)),
    patch: (id: string, body: object, actor?: string) =>
      call('PATCH', at(id), { body, ...as(actor) }),
    drop: (id: string, actor?: string) => call('DELETE', at(id), as(actor)),
    grant: (id: string, memberId: string, body: object = {}, actor?: string) =>
      call('PUT', `${at(id)}/grants/${memberId}`, { body, ...as(actor) }),
    revoke: (id: string, memberId: string, actor?: string) =>
      call('DELETE', `${at(id)}/grants/${memberId}`, as(actor)),
    share: (id: string, groupId: string, body: object = {}, actor?: string) =>
      call('PUT', `${at(id)}/group-grants/${groupId}`, { body, ...as(actor) }),
    unshare: (id: string, groupId: string, actor?: string) =>
      call('DELETE', `${at(id)}/group-grants/${groupId}`, as(actor)),
    own: (id: string, memberId: string, actor?: string) =>
      call('PUT', `${at(id)}/owners/${memberId}`, as(actor)),
    disown: (id: string, memberId: string, actor?: string) =>
      call('DELETE', `${at(id)}/owners/${memberId}`, as(actor)),
    /** `successorId`: who takes over what they leave. */
    remove: (id: string, successorId?: string) => {
      const handover = successorId === undefined ? '' : `&handover_to=${successorId}`
      return call('DELETE', `${org.path}/members/${id}?confirm=true${handover}`)
    },
    /** Of this type, the oldest first. */
    events: async (type: string): Promise<Json[]> =>
      (await list(`/events?type=${type}&limit=100`)).reverse()
  }
}

export type ResourceTeam = Awaited<ReturnType<typeof teamWithResources>>
