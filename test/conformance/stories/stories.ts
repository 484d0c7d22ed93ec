import { codeTo } from '../../helpers/domains.js'
import type { Product } from '../products.js'
import {
  accept,
  BEGINNING,
  bulk,
  cancel,
  END,
  GROUPS,
  invite,
  LAPSE,
  member,
  remove,
  removeFor,
  step
} from './steps.js'
import type { Step, Teller } from './teller.js'

const at = (teller: Teller, name: string) => `/resources/${teller.get(name)}`

const grant = (resource: string, name: string, mode?: string): Step =>
  step(`${name} gets ${resource}, ${mode ?? 'as usual'}`, (teller) =>
    teller.host('PUT', `${at(teller, resource)}/grants/${teller.get(name)}`, mode ? { mode } : {})
  )

const resource = (name: string, kind: string): Step =>
  step(`there is ${name}`, async ({ host, keep, tag }) => {
    const body = { kind, external_id: `${name}-${tag}`, name: `${name} ${tag}` }
    keep(name, (await host('POST', '/resources', body)).id)
  })

const WORKSPACES: readonly Step[] = [
  resource('ws1', 'workspace'),
  resource('ws2', 'workspace'),
  grant('ws1', 'ana'),
  grant('ws2', 'ana'),
  grant('ws1', 'cy'),
  step('a group gets a workspace', (teller) =>
    teller.host('PUT', `${at(teller, 'ws2')}/group-grants/${teller.get('sales')}`, {})
  ),
  step('one loses a workspace', (teller) =>
    teller.host('DELETE', `${at(teller, 'ws1')}/grants/${teller.get('ana')}`)
  ),
  step('lou has another set of workspaces', async (teller) => {
    const set = (...ids: string[]) =>
      teller.host('PATCH', `${member(teller, 'lou')}?confirm=true`, {
        resources: { choice: 'existing', ids }
      })
    await set(teller.get('ws1'))
    await set(teller.get('ws2'))
  }),
  remove('cy')
]

const NUMBERS: readonly Step[] = [
  resource('n1', 'number'),
  resource('n2', 'number'),
  grant('n1', 'ana', 'shared'),
  grant('n1', 'bo', 'shared'),
  grant('n1', 'bo', 'read_only'),
  grant('n2', 'cy', 'exclusive'),
  step('ana owns a number', (teller) =>
    teller.host('PUT', `${at(teller, 'n1')}/owners/${teller.get('ana')}`)
  ),
  step('cy owns another', (teller) =>
    teller.host('PUT', `${at(teller, 'n2')}/owners/${teller.get('cy')}`)
  ),
  step('a group gets a number', (teller) =>
    teller.host('PUT', `${at(teller, 'n1')}/group-grants/${teller.get('sales')}`, {
      mode: 'read_only'
    })
  ),
  step('the host makes the number that eve was promised', async (teller) => {
    const { data } = await teller.host('GET', `${member(teller, 'eve')}/resources`)
    const id = data[0].resource.id as string
    const body = { external_id: `made-${teller.tag}` }
    await teller.host('POST', `/resources/${id}/fulfill`, body)
  }),
  bulk('two get a number at once', ({ get }) => ({
    action: 'grant',
    resource: get('n1'),
    mode: 'shared',
    member_ids: ['kim', 'lou'].map(get)
  })),
  removeFor('cy', 'bo'),
  step('a number is gone', (teller) => teller.host('DELETE', at(teller, 'n1')))
]

const SUSPENSION: readonly Step[] = [
  step('kim is suspended', (teller) => teller.host('POST', `${member(teller, 'kim')}/suspend`, {})),
  bulk('eve and lou too', ({ get }) => ({
    action: 'suspend',
    member_ids: ['kim', 'eve', 'lou'].map(get)
  })),
  step('kim is back', (teller) => teller.host('POST', `${member(teller, 'kim')}/reactivate`, {}))
]

const transfer = (name: string): Step =>
  step(`${name} owns the team`, ({ host, get }) =>
    host('POST', '/transfer-ownership?confirm=true', { member_id: get(name) })
  )

const move = (
  kind: string,
  amount: number,
  fields: (teller: Teller) => object = () => ({})
): Step =>
  step(`${kind} ${amount} credits`, (teller) =>
    teller.host('POST', '/credit-transfers', { kind, amount, ...fields(teller) })
  )

const CREDITS: readonly Step[] = [
  move('top_up', 10_000),
  move('allocate', 500, ({ get }) => ({ member_id: get('ana') })),
  step('a group is given credits', ({ host, get }) =>
    host('POST', '/credit-allocations', {
      strategy: 'equal',
      total: 900,
      to: { group_id: get('sales') }
    })
  ),
  move('spend', 120, ({ get }) => ({ member_id: get('ana') })),
  move('reclaim', 50, ({ get }) => ({ member_id: get('ana') })),
  move('move', 20, ({ get }) => ({ member_id: get('ana'), to_member_id: get('bo') })),
  invite('rich', { credits: 300 }),
  cancel('rich'),
  step('members ask for credits', ({ host }) =>
    host('PUT', '/credit-settings', { mode: 'on_demand' })
  ),
  step('kim asks, and gets', async ({ host, get }) => {
    const { id } = await host('POST', '/credit-requests', { member_id: get('kim'), amount: 40 })
    await host('POST', `/credit-requests/${String(id)}/approve`, {})
  }),
  step('lou asks, and does not', async ({ host, get }) => {
    const { id } = await host('POST', '/credit-requests', { member_id: get('lou'), amount: 70 })
    await host('POST', `/credit-requests/${String(id)}/deny`, { note: 'Not now.' })
  })
]

const REASSIGNMENT: readonly Step[] = [
  step('the account of kim is offered to zoe', async (teller) => {
    const body = { email: teller.email('zoe'), send_email: false }
    const { link } = await teller.host('POST', `${member(teller, 'kim')}/reassign`, body)
    teller.keep('zoe’s link', link.split('/').at(-1))
  }),
  accept('zoe'),
  step('the account of lou is offered to yan', async (teller) => {
    const body = { email: teller.email('yan'), send_email: false }
    await teller.host('POST', `${member(teller, 'lou')}/reassign`, body)
  }),
  step('lou keeps it', (teller) => teller.host('DELETE', `${member(teller, 'lou')}/reassignment`))
]

const SIGNUP: readonly Step[] = [
  step('a signup page opens', async ({ host, keep }) => {
    const page = await host('POST', '/signup-pages', { max_signups: 3 })
    keep('page', page.id)
    keep('slug', page.slug)
  }),
  step('somebody asks there', ({ host, get, email }) =>
    host('POST', `/v1/signup-pages/${get('slug')}/signups`, { email: email('walt') })
  ),
  step('the page closes', ({ host, get }) => host('POST', `/signup-pages/${get('page')}/disable`)),
  step('the page opens again', ({ host, get }) =>
    host('POST', `/signup-pages/${get('page')}/enable`)
  )
]

const DOMAIN: readonly Step[] = [
  step('the domain is claimed', async ({ app, host, keep, email }) => {
    const claim = await host('POST', '/domain-claims', { method: 'email', email: email('claims') })
    keep('claim', claim.id)
    keep('code', (await codeTo(app, email('claims'))).code)
  }),
  step('the domain is proven', ({ host, get }) =>
    host('POST', `/domain-claims/${get('claim')}/verify`, { code: get('code') })
  ),
  step('pat joins by the domain', async ({ host, user, keep }) => {
    const body = { user: { ...user('pat'), email_verified: true } }
    keep('pat', (await host('POST', '/join', body)).member.id)
  }),
  step('the domain is given up', ({ host, get }) =>
    host('DELETE', `/domain-claims/${get('claim')}`)
  )
]

/** The whole stories, by product: each has of everything what its policy has. */
export const STORIES: Readonly<Record<Product, readonly Step[]>> = {
  oupi: [
    ...BEGINNING,
    ...GROUPS,
    ...CREDITS,
    ...LAPSE,
    ...SUSPENSION,
    removeFor('bo', 'ana'),
    ...END
  ],
  openphone: [...BEGINNING, ...GROUPS, ...NUMBERS, ...DOMAIN, transfer('ana'), ...END],
  surveymonkey: [
    ...BEGINNING,
    ...GROUPS,
    ...REASSIGNMENT,
    ...SIGNUP,
    transfer('ana'),
    ...LAPSE,
    ...END
  ],
  respondio: [...BEGINNING, ...GROUPS, ...WORKSPACES, transfer('ana'), ...END],
  ampliphi: [...BEGINNING, ...GROUPS, ...LAPSE, transfer('ana'), ...END]
}
