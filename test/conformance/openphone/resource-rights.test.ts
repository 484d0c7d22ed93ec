import t from 'tap'
import { placeResources } from '../../helpers/grants.js'
import { createProducts, type Person } from '../products.js'

await t.test('OpenPhone: what a number lets somebody do', async (t) => {
  const products = await createProducts(t)
  const team = products.of('openphone')
  const place = placeResources(products)
  const newNumber = (exclusive = false) => place(team.id, { kind: 'number', exclusive })
  const may = async (who: Person | string, permission: string, resource: string) =>
    (await team.authorize(who, permission, { resource })).allowed as boolean
  const assign = (who: Person, id: string, mode: string) =>
    team.call('admin', 'PATCH', `/members/${who.id}`, {
      body: { resources: { choice: 'existing', ids: [id], mode } }
    })

  await t.test(
    'OP-36: settings of a number are its owners’, and owners’ and admins’ of the workspace',
    async (t) => {
      const [owning, having, neither] = [
        await team.add('member'),
        await team.add('member'),
        await team.add('member')
      ]
      const [number, another] = [await newNumber(), await newNumber()]
      await number.own(owning.id)
      await assign(having, number.externalId, 'shared')
      const settings = (who: Person | string, { id } = number) => may(who, 'resource.settings', id)
      t.ok(await settings('owner'))
      t.ok(await settings('admin'))
      t.ok(await settings(owning))
      t.notOk(await settings(having), 'who only has it')
      t.notOk(await settings(neither))
      t.notOk(await settings(owning, another), 'of this number alone')
      t.match(await team.authorize(owning, 'resource.settings'), {
        allowed: false,
        code: 'not_permitted'
      })
      t.match(await team.authorize(owning, 'resource.settings', { resource: number.id }), {
        via: { permission: 'resource.settings:own' },
        grant: { through: 'owner' }
      })
    }
  )

  await t.test('OP-74: who has a number exclusively is the only one to use it', async (t) => {
    const [holder, other, owning] = [
      await team.add('member'),
      await team.add('member'),
      await team.add('member')
    ]
    const number = await newNumber()
    await number.own(owning.id)
    t.equal((await assign(holder, number.externalId, 'exclusive')).status, 200)
    t.match(await team.authorize(holder, 'app:comms', { resource: number.externalId }), {
      allowed: true,
      via: { role: 'member', permission: 'app:comms' },
      grant: { mode: 'exclusive', through: 'member' }
    })
    for (const who of [other, owning, 'owner', 'admin', 'member']) {
      const refused = await team.authorize(who, 'app:comms', { resource: number.externalId })
      t.match(refused, { allowed: false, code: 'resource_not_granted' })
    }
    t.ok(await may('admin', 'resource.settings', number.id), 'an admin still rules it')
    t.ok(await may('admin', 'app:comms', (await sharedWith(team.person('admin'))).id))
  })

  /** A number that somebody has together with whoever else. */
  async function sharedWith(...people: Person[]) {
    const number = await newNumber()
    for (const person of people) await assign(person, number.externalId, 'shared')
    return number
  }

  await t.test('OP-75: several have a number together, and all of them use it', async (t) => {
    const people = [await team.add('member'), await team.add('member'), await team.add('admin')]
    const number = await sharedWith(...people)
    for (const person of people) {
      t.match(await team.authorize(person, 'app:comms', { resource: number.id }), {
        allowed: true,
        grant: { mode: 'shared', through: 'member' }
      })
      t.ok(await may(person, 'resource.view', number.id))
    }
    t.notOk(await may(await team.add('member'), 'app:comms', number.id), 'nobody else')
  })

  await t.test('OP-76: read only is to see the number, and neither call nor write', async (t) => {
    const person = await team.add('member')
    const number = await newNumber()
    await assign(person, number.externalId, 'read_only')
    t.match(await team.authorize(person, 'resource.view', { resource: number.id }), {
      allowed: true,
      via: { permission: 'resource.view:assigned' },
      grant: { mode: 'read_only', through: 'member' }
    })
    t.match(await team.authorize(person, 'app:comms', { resource: number.id }), {
      allowed: false,
      code: 'mode_not_allowed',
      mode: 'read_only'
    })
    await assign(person, number.externalId, 'shared')
    t.ok(await may(person, 'app:comms', number.id), 'in another mode they do')
  })
})
