import type { IdPrefix } from '../../src/ids.js'
import { type Json, operationsOf } from '../helpers/openapi.js'
import type { Ids } from '../helpers/tenant-with-everything.js'

type Make = (ids: Ids) => unknown

const PERMISSION = 'team.view'

/**
 * Bodies in which every id has its place, by operationId, in an order in which all of them are done.
 * They name what the caller’s own organization has: the walk puts others’ in, one at a time.
 */
export const BODIES_WITH_IDS: Readonly<Record<string, readonly Make[]>> = {
  createWebhookEndpoint: [
    ({ organization_id }) => ({
      url: 'https://a.acme.test/',
      event_types: ['*'],
      organization_ids: [organization_id]
    })
  ],
  updateWebhookEndpoint: [({ organization_id }) => ({ organization_ids: [organization_id] })],
  createApiKey: [
    ({ organization_id }) => ({
      name: 'x',
      scopes: ['members:read'],
      organization_ids: [organization_id]
    })
  ],
  createMemberToken: [
    ({ organization_id, member_id }) => ({ organization_id, member_id }),
    ({ organization_id, user_id }) => ({ organization_id, user_id })
  ],

  updateApiKey: [({ organization_id }) => ({ organization_ids: [organization_id] })],
  authorize: [
    ({ user_id }) => ({ user_id, permission: PERMISSION }),
    ({ member_id, other_member_id, role_key }) => ({
      member_id,
      target: other_member_id,
      role: role_key,
      permission: 'member.role'
    }),
    ({ member_id, resource_external_id }) => ({
      member_id,
      resource: resource_external_id,
      permission: 'resource.view'
    }),
    ({ member_id, resource_id }) => ({
      member_id,
      resource: resource_id,
      permission: 'resource.view'
    }),
    ({ user_id, member_id, other_member_id, resource_id }) => ({
      checks: [
        { user_id, permission: PERMISSION },
        { member_id, target: other_member_id, permission: 'member.suspend' },
        { member_id, resource: resource_id, permission: 'resource.view' }
      ]
    })
  ],
  recordActivities: [
    ({ member_id }) => ({ data: [{ member_id }] }),
    ({ other_user_id }) => ({ data: [{ user_id: other_user_id }] }),
    ({ member_id, resource_external_id }) => ({
      data: [{ member_id, resource: resource_external_id }]
    })
  ],
  putGroupMembers: [
    ({ member_id, other_member_id }) => ({ member_ids: [member_id, other_member_id] })
  ],
  createInvitations: [
    ({ group_id }) => ({ emails: 'one@new.test', groups: [group_id] }),
    ({ group_external_id, role_key }) => ({
      invitations: [{ email: 'two@new.test', groups: [group_external_id], role: role_key }]
    }),
    ({ resource_external_id, fresh }) => ({
      emails: `${fresh}@new.test`,
      resources: { choice: 'existing', ids: [resource_external_id] }
    })
  ],
  importMembers: [
    ({ group_id, role_key }) => ({
      members: [{ user_id: 'u_new', email: 'four@new.test', groups: [group_id], role: role_key }]
    })
  ],
  updateMember: [({ role_key }) => ({ role: role_key })],
  createCreditAllocation: [
    ({ member_id }) => ({ strategy: 'equal', total: 2, to: { member_ids: [member_id] } }),
    ({ group_id }) => ({ strategy: 'equal', total: 20, to: { group_id } }),
    ({ role_key }) => ({ strategy: 'equal', total: 20, to: { role: role_key } }),
    ({ member_id }) => ({ strategy: 'weights', total: 2, weights: [{ member_id, weight: 1 }] }),
    ({ member_id }) => ({ strategy: 'amounts', amounts: [{ member_id, amount: 1 }] }),
    ({ role_key }) => ({ strategy: 'roles', roles: [{ role: role_key, amount: 1 }] }),
    ({ group_id }) => ({ strategy: 'groups', groups: [{ group_id, total: 20 }] })
  ],
  createCreditTransfers: [
    ({ member_id }) => ({ kind: 'allocate', amount: 20, member_id }),
    ({ member_id, other_member_id }) => ({
      kind: 'move',
      amount: 1,
      member_id,
      to_member_id: other_member_id
    }),
    ({ member_id }) => ({ transfers: [{ kind: 'spend', amount: 1, member_id }] }),
    ({ member_id, other_member_id }) => ({
      transfers: [{ kind: 'move', amount: 1, member_id, to_member_id: other_member_id }]
    }),
    ({ hold_id }) => ({ kind: 'capture', amount: 1, transfer_id: hold_id }),
    ({ other_hold_id }) => ({ transfers: [{ kind: 'release', transfer_id: other_hold_id }] })
  ],
  createCreditRequest: [({ other_member_id }) => ({ amount: 5, member_id: other_member_id })],
  putCreditSettings: [() => ({ mode: 'monthly_quota' })],
  putCreditQuotas: [
    ({ member_id, role_key }) => ({
      roles: [{ role: role_key, amount: 2 }],
      members: [{ member_id, amount: 5 }]
    })
  ],
  changeMembers: [
    ({ member_id, role_key }) => ({
      action: 'change_role',
      member_ids: [member_id],
      role: role_key
    }),
    ({ member_id, resource_id }) => ({
      action: 'grant',
      member_ids: [member_id],
      resource: resource_id
    }),
    ({ member_id, group_id }) => ({ action: 'add_to_group', member_ids: [member_id], group_id }),
    ({ member_id }) => ({ action: 'suspend', member_ids: [member_id] }),
    ({ member_id }) => ({ action: 'reactivate', member_ids: [member_id] }),
    ({ other_member_id, member_id }) => ({
      action: 'remove',
      member_ids: [other_member_id],
      handover_to: member_id
    })
  ],
  transferOwnership: [
    ({ owner_member_id, member_id }) => ({
      member_id,
      from_member_id: owner_member_id
    })
  ]
}

/** A value of a body that names something: where, as the document counts, and what. */
export interface Place {
  readonly pointer: string
  readonly at: readonly string[]
  readonly name: string
}

/** Everything that a body names of what there is. */
export function valuesAt(value: unknown, ids: Ids, at: readonly string[] = []): Place[] {
  if (typeof value === 'string') {
    const [name] = Object.entries(ids).find(([, id]) => id === value) ?? []
    const pointer = at.map((step) => `/${/^\d+$/.test(step) ? '*' : step}`).join('')
    return name === undefined ? [] : [{ pointer, at, name }]
  }
  return Object.entries(Object(value) as object).flatMap(([step, one]) =>
    valuesAt(one, ids, [...at, step])
  )
}

/** The same body with another’s in this place. */
export function putId(body: unknown, { at, name }: Place, ids: Ids): unknown {
  const copy: Json = structuredClone(body)
  const [last = '', ...above] = [...at].reverse()
  const parent: Json = above.reverse().reduce((node, step) => node[step], copy)
  parent[last] = ids[name]
  return copy
}

const NAMES: Readonly<Partial<Record<IdPrefix, string>>> = {
  org: 'organization_id',
  mem: 'member_id',
  grp: 'group_id',
  res: 'resource_id',
  sgp: 'signup_page_id',
  trf: 'credit_transfer_id',
  evt: 'event_id',
  key: 'api_key_id'
}
/** What is text to the schema, and still the name of something. */
const TEXTS: Readonly<Record<string, string>> = {
  user_id: 'user_id',
  actor_id: 'member_id',
  subject_id: 'member_id',
  external_id: 'resource_external_id',
  role: 'role_key',
  email: 'email',
  q: 'email'
}

const prefixOf = ({ pattern = '' }: Json) => /^\^([a-z]{3})_\[0-7\]/.exec(String(pattern))?.[1]

/** Every parameter of a query that names something, and what. */
export function queryIdsOf({ parameters = [] }: Json): { name: string; of: string }[] {
  return (parameters as Json[])
    .filter((one) => one.in === 'query')
    .flatMap(({ name, schema }) => {
      const prefix = prefixOf(schema)
      const of = prefix === undefined ? TEXTS[name] : NAMES[prefix as IdPrefix]
      if (prefix !== undefined && of === undefined) throw new Error(`what is a ${prefix}?`)
      return of === undefined ? [] : [{ name: String(name), of }]
    })
}

/** What the query needs besides, as the beginning of one. */
export const requiredQueryOf = ({ parameters = [] }: Json): string =>
  (parameters as Json[])
    .filter((one) => one.in === 'query' && one.required === true)
    .map(({ name, schema, example }) => `${name}=${example ?? schema.enum?.[0]}&`)
    .join('')

/** Every place of a body that the document says is an id: `operationId /pointer`. */
export function idPlaces(document: Json): string[] {
  const find = (given: Json, pointer: string): string[] => {
    const schema = given.$ref ? document.components.schemas[given.$ref.split('/').at(-1)] : given
    const below = Object.entries<Json>(schema.properties ?? {})
    return [
      ...(prefixOf(schema) === undefined ? [] : [pointer]),
      ...below.flatMap(([name, one]) => find(one, `${pointer}/${name}`)),
      ...(schema.items ? find(schema.items, `${pointer}/*`) : []),
      ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((one) => find(one, pointer))
    ]
  }
  return operationsOf(document).flatMap(({ operation: { operationId, requestBody } }) =>
    requestBody
      ? find(requestBody.content['application/json'].schema, '').map(
          (pointer) => `${operationId} ${pointer}`
        )
      : []
  )
}
