import { type Static, Type } from '@sinclair/typebox'
import { invalidRequest } from '../../errors.js'
import { Id, oneOf, ProblemSchema, ResourceModeKey, ref } from '../../schemas.js'
import type { BulkAction } from './act-on-members.js'

/** Members of one request. */
const MEMBERS_MAX = 1_000

const ACTIONS = [
  'change_role',
  'suspend',
  'reactivate',
  'remove',
  'grant',
  'revoke',
  'add_to_group',
  'remove_from_group'
] as const

const RoleKey = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 48, description, examples: ['member'] }))

export const MembersBulk = Type.Object(
  {
    action: oneOf(ACTIONS),
    member_ids: Type.Array(Id('mem'), {
      minItems: 1,
      maxItems: MEMBERS_MAX,
      uniqueItems: true,
      description: 'Whoever comes first is decided about first.'
    }),
    role: RoleKey('Of `change_role`, which needs it: the one they get.'),
    expected_role: RoleKey('Of `change_role`: whoever has another by now keeps it.'),
    data: Type.Optional(
      oneOf(['keep', 'delete'], { description: 'Of `remove`, as when removing one.' })
    ),
    owned_shared: Type.Optional(
      oneOf(['keep', 'delete', 'unassign'], {
        description: 'Of `remove`, as when removing one.'
      })
    ),
    handover_to: Type.Optional(Id('mem')),
    resource: Type.Optional(Id('res')),
    mode: Type.Optional(ResourceModeKey),
    group_id: Type.Optional(Id('grp'))
  },
  {
    additionalProperties: false,
    examples: [
      { action: 'suspend', member_ids: ['mem_01jd3v8k2ffb5t0m5r6w9x7y3z'] },
      {
        action: 'change_role',
        role: 'admin',
        member_ids: ['mem_01jd3v8k2ffb5t0m5r6w9x7y3z']
      }
    ]
  }
)
type MembersBulk = Static<typeof MembersBulk>
type Field = Exclude<keyof MembersBulk, 'action' | 'member_ids'>

interface Fields {
  readonly needs: readonly Field[]
  readonly takes: readonly Field[]
}

const FIELDS: Readonly<Record<MembersBulk['action'], Fields>> = {
  change_role: { needs: ['role'], takes: ['expected_role'] },
  suspend: { needs: [], takes: [] },
  reactivate: { needs: [], takes: [] },
  remove: { needs: [], takes: ['data', 'owned_shared', 'handover_to'] },
  grant: { needs: ['resource'], takes: ['mode'] },
  revoke: { needs: ['resource'], takes: [] },
  add_to_group: { needs: ['group_id'], takes: [] },
  remove_from_group: { needs: ['group_id'], takes: [] }
}

const ALL_FIELDS = Object.values(FIELDS).flatMap(({ needs, takes }) => [...needs, ...takes])

/** @throws Problem invalid_request when a field is missing, or is another action's */
export function readAction(body: MembersBulk): BulkAction {
  const { needs, takes } = FIELDS[body.action]
  const missing = needs.find((field) => body[field] === undefined)
  if (missing !== undefined) throw misplaced(missing, `must be there with ${body.action}`)
  const foreign = ALL_FIELDS.find(
    (field) => body[field] !== undefined && !needs.includes(field) && !takes.includes(field)
  )
  if (foreign !== undefined) throw misplaced(foreign, `says nothing with ${body.action}`)
  return body as BulkAction
}

const misplaced = (field: Field, detail: string) =>
  invalidRequest({ errors: [{ pointer: `#/${field}`, detail }] })

export const MembersBulkResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        member_id: Id('mem'),
        status: oneOf(['done', 'unchanged', 'error'], {
          description: '`unchanged`: it is so already.'
        }),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each member, in the order given.' }
    ),
    summary: Type.Object({
      done: Type.Integer(),
      unchanged: Type.Integer(),
      failed: Type.Integer()
    })
  },
  {
    $id: 'MembersBulkResults',
    examples: [
      {
        data: [{ member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z', status: 'done' }],
        summary: { done: 1, unchanged: 0, failed: 0 }
      }
    ]
  }
)
