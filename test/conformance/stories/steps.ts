import { PRESETS } from '../../../src/policy/presets.js'
import type { Product } from '../products.js'
import type { Step, Teller } from './teller.js'

/** The roles of a product: of whoever manages, and of everybody else. */
const ROLES: Readonly<Record<Product, { readonly manager: string; readonly plain: string }>> = {
  oupi: { manager: 'admin', plain: 'member' },
  openphone: { manager: 'admin', plain: 'member' },
  surveymonkey: { manager: 'admin', plain: 'user' },
  respondio: { manager: 'user_admin', plain: 'member' },
  ampliphi: { manager: 'admin', plain: 'standard' }
}

export const step = (name: string, run: (teller: Teller) => Promise<unknown>): Step => ({
  name,
  run: async (teller) => {
    await run(teller)
  }
})

export const member = (teller: Teller, name: string) => `/members/${teller.get(name)}`

/** Offers a seat; the answer’s link is kept, so that somebody can take it. */
export const invite = (name: string, fields: object = {}): Step =>
  step(`invites ${name}`, async (teller) => {
    const { product, host, keep, email } = teller
    const { plain } = ROLES[product]
    const body = {
      email: email(name),
      ...(product === 'surveymonkey' ? {} : { role: plain }),
      ...(product === 'openphone' ? { resources: { choice: 'new' } } : {}),
      ...fields
    }
    const { data } = await host('POST', '/invitations', { invitations: [body], send_email: false })
    const [{ invitation, link }] = data
    keep(`${name}’s offer`, invitation.id)
    keep(`${name}’s link`, link.split('/').at(-1))
    keep(name, invitation.member_id)
  })

export const accept = (name: string): Step =>
  step(`${name} accepts`, (teller) => teller.accept(teller.get(`${name}’s link`), name))

/** Makes a new link where the product does that; where it only mails, the old one is still good. */
async function renewLink({ product, host, get, keep }: Teller, name: string): Promise<void> {
  if (PRESETS.get(product)?.invitations.resend_ways.includes('link') !== true) return
  const { link } = await host('POST', `/invitations/${get(`${name}’s offer`)}/resend`, {
    via: 'link'
  })
  keep(`${name}’s link`, link.split('/').at(-1))
}

const decline = (name: string): Step =>
  step(`${name} declines`, (teller) =>
    teller.host('POST', '/v1/invitations/decline', { token: teller.get(`${name}’s link`) })
  )

/** Where the product has no other way, whoever is invited is removed. */
export const cancel = (name: string): Step =>
  step(`the offer to ${name} is taken back`, (teller) => {
    const isRemoved =
      PRESETS.get(teller.product)?.invitations.cancel_by.includes('cancel') === false
    const path = isRemoved ? member(teller, name) : `/invitations/${teller.get(`${name}’s offer`)}`
    return teller.host('DELETE', `${path}?confirm=true`)
  })

const changeRole = (name: string, to: 'manager' | 'plain'): Step =>
  step(`${name} becomes ${to}`, (teller) =>
    teller.host('PATCH', `${member(teller, name)}?confirm=true`, {
      role: ROLES[teller.product][to]
    })
  )

export const remove = (name: string): Step =>
  step(`${name} is removed`, (teller) =>
    teller.host('DELETE', `${member(teller, name)}?confirm=true`)
  )

export const removeFor = (name: string, heir: string): Step =>
  step(`${name} is removed, ${heir} takes over`, (teller) =>
    teller.host('DELETE', `${member(teller, name)}?confirm=true&handover_to=${teller.get(heir)}`)
  )

const wait = (days: number): Step =>
  step(`${days} days go by`, async (teller) => {
    teller.wait(days)
  })

const imports = (...names: string[]): Step =>
  step(`${names.join(' and ')} are brought in`, async ({ host, user, keep }) => {
    const members = names.map((name) => {
      const { id: user_id, ...rest } = user(name)
      return { user_id, ...rest }
    })
    const { data } = await host('POST', '/members?confirm=true', { members })
    for (const [index, name] of names.entries()) keep(name, data[index].member.id)
  })

/** What every organization goes through; ana, bo, kim and lou are there afterwards. */
export const BEGINNING: readonly Step[] = [
  invite('ana'),
  invite('bo'),
  invite('cy'),
  accept('ana'),
  decline('cy'),
  invite('dan'),
  accept('bo'),
  cancel('dan'),
  invite('cy'),
  accept('cy'),
  invite('eve'),
  step('a new link for eve', (teller) => renewLink(teller, 'eve')),
  accept('eve'),
  imports('kim', 'lou'),
  changeRole('bo', 'manager'),
  changeRole('bo', 'plain'),
  changeRole('ana', 'manager')
]

export const bulk = (name: string, body: (teller: Teller) => object): Step =>
  step(name, (teller) => teller.host('POST', '/members/bulk?confirm=true', body(teller)))

export const GROUPS: readonly Step[] = [
  step('two groups are made', async ({ host, keep }) => {
    keep('sales', (await host('POST', '/groups', { name: 'Sales', external_id: 'sales' })).id)
    keep('paris', (await host('POST', '/groups', { name: 'Paris' })).id)
  }),
  step('four are put into one', ({ host, get }) =>
    host('PUT', `/groups/${get('sales')}/members`, {
      member_ids: ['ana', 'bo', 'kim', 'lou'].map(get)
    })
  ),
  step('one goes and one comes', ({ host, get }) =>
    host('PUT', `/groups/${get('sales')}/members`, {
      member_ids: ['ana', 'bo', 'kim', 'cy'].map(get)
    })
  ),
  step('one is put into the other', ({ host, get }) =>
    host('PUT', `/groups/${get('paris')}/members/${get('bo')}`)
  ),
  bulk('two more are, at once', ({ get }) => ({
    action: 'add_to_group',
    group_id: get('paris'),
    member_ids: ['bo', 'eve', 'lou'].map(get)
  })),
  step('one is taken out', ({ host, get }) =>
    host('DELETE', `/groups/${get('paris')}/members/${get('eve')}`)
  ),
  invite('gus', { groups: ['sales'] }),
  accept('gus'),
  step('a group is deleted', ({ host, get }) => host('DELETE', `/groups/${get('paris')}`))
]

export const LAPSE: readonly Step[] = [
  invite('late'),
  wait(31),
  invite('late'),
  accept('late'),
  invite('never'),
  wait(31),
  step('who ran out gets a new link', (teller) => renewLink(teller, 'never')),
  invite('again'),
  decline('again')
]

export const END: readonly Step[] = [
  bulk('two are removed at once', ({ get }) => ({
    action: 'remove',
    member_ids: ['eve', 'lou'].map(get)
  })),
  step('the subscription ends', ({ host }) => host('POST', '/cancel?confirm=true')),
  step('it goes on after all', ({ host }) => host('POST', '/restore'))
]
