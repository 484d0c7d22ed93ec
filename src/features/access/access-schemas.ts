import { type Static, Type } from '@sinclair/typebox'
import { Email, Id, Nullable, OrganizationParams, oneOf, UserId } from '../../schemas.js'
import { ACCESS_CHECKS, TROUBLES, type Trouble } from './access-kinds.js'
import type { Explanation } from './explain-access.js'
import { MendSchema } from './mend-schema.js'

export const AccessParams = Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') })

const CODES = Object.keys(TROUBLES) as Trouble[]

const Check = Type.Object({
  check: oneOf(ACCESS_CHECKS),
  ok: Type.Boolean(),
  applies: Type.Boolean({
    description: 'False, and then `ok`: nobody asks this of the person, or under this policy.'
  }),
  code: Nullable(oneOf(CODES, { description: 'The stable part; null: all is well.' })),
  detail: Type.String({ description: 'In the language of Accept-Language.' }),
  data: Type.Object(
    {},
    {
      additionalProperties: true,
      description: 'What was found; which fields depends on the check.'
    }
  ),
  mend: Nullable(MendSchema)
})

const EXAMPLE = {
  member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
  user_id: 'u_ana',
  email: 'ana@acme.test',
  can_get_in: false,
  checks: [
    {
      check: 'suspension',
      ok: false,
      applies: true,
      code: 'member_suspended',
      detail: 'Suspended since 2026-11-22T09:30:00.000Z.',
      data: { since: '2026-11-22T09:30:00.000Z' },
      mend: {
        command: 'reactivateMember',
        label: 'Reactivate the member',
        method: 'POST',
        path: '/v1/organizations/org_01jd3v8k2ffb5t0m5r6w9x7y3z/members/mem_01jd3v8k2ffb5t0m5r6w9x7y3z/reactivate',
        body: null,
        needs: [],
        permission: 'member.suspend'
      }
    }
  ]
}

export const AccessSchema = Type.Object(
  {
    member_id: Id('mem'),
    user_id: Nullable(UserId),
    email: Email,
    can_get_in: Type.Boolean({ description: 'As `authorize` lets this person in at all.' }),
    checks: Type.Array(Check, {
      description:
        'Always all of them, in this order: the first that is not `ok` is where to begin.'
    })
  },
  { $id: 'Access', examples: [EXAMPLE] }
)

/** The only crossing from explanation to wire. */
export const toAccess = ({
  member,
  canGetIn,
  checks
}: Explanation): Static<typeof AccessSchema> => ({
  member_id: member.id,
  user_id: member.userId,
  email: member.email,
  can_get_in: canGetIn,
  checks: checks.map(({ data, mend, ...check }) => ({
    ...check,
    data: { ...data },
    mend: mend && { ...mend, needs: [...mend.needs] }
  }))
})
