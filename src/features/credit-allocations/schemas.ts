import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Id, Metadata, oneOf, ProblemSchema, ref } from '../../schemas.js'
import { CreditCount, Credits, Reason, Reference } from '../credits/schemas.js'

/** Shares of one distribution: also what the database does in one statement. */
export const RECIPIENTS_MAX = 10_000
const GROUPS_MAX = 1_000
const ROLES_MAX = 250
const WEIGHT_MAX = 1_000_000

const MEMBER = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const TRANSFER = 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z'

const STRATEGIES = ['equal', 'weights', 'amounts', 'roles', 'groups'] as const

const RoleKey = Type.String({ minLength: 1, maxLength: 48, examples: ['member'] })

const closed = { additionalProperties: false } as const

const Recipients = Type.Object(
  {
    member_ids: Type.Optional(
      Type.Array(Id('mem'), {
        minItems: 1,
        maxItems: RECIPIENTS_MAX,
        description: 'These, active or invited. Stands alone.'
      })
    ),
    role: Type.Optional(RoleKey),
    group_id: Type.Optional(Id('grp'))
  },
  { ...closed, minProperties: 1, description: 'Of `equal`; left out: all active members.' }
)

const told = <T extends TSchema>(schema: T, description: string): T => ({ ...schema, description })

const list = <T extends TSchema>(item: T, maxItems: number) =>
  Type.Array(item, { minItems: 1, maxItems })

export const AllocationCreate = Type.Object(
  {
    strategy: oneOf(STRATEGIES, {
      description:
        '`equal` and `weights` divide a total, `groups` divides one among the active members of ' +
        'each group, `amounts` says what each member gets, `roles` what each active holder gets.'
    }),
    total: Type.Optional(
      told(Credits, 'Of `equal` and `weights`; left out: everything unallocated.')
    ),
    to: Type.Optional(Recipients),
    weights: Type.Optional(
      list(
        Type.Object(
          {
            member_id: Id('mem'),
            weight: Type.Integer({ minimum: 1, maximum: WEIGHT_MAX, examples: [3] })
          },
          closed
        ),
        RECIPIENTS_MAX
      )
    ),
    amounts: Type.Optional(
      list(Type.Object({ member_id: Id('mem'), amount: Credits }, closed), RECIPIENTS_MAX)
    ),
    roles: Type.Optional(
      Type.Array(Type.Object({ role: RoleKey, amount: Credits }, closed), {
        minItems: 1,
        maxItems: ROLES_MAX,
        description: 'Left out: what the policy gives to each role (`credits.role_amounts`).'
      })
    ),
    groups: Type.Optional(
      list(Type.Object({ group_id: Id('grp'), total: Credits }, closed), GROUPS_MAX)
    ),
    on_shortage: oneOf(['refuse', 'partial'], {
      default: 'refuse',
      description:
        'When the pool has too few, or a share would be less than one credit: `refuse`, nothing is ' +
        'done; `partial`, whom it does not suffice for gets nothing, in the order given, else by ' +
        'member id.'
    }),
    reference: Type.Optional(Reference),
    reason: Type.Optional(Reason),
    metadata: Type.Optional(Metadata)
  },
  { ...closed, examples: [{ strategy: 'equal', total: 10_000 }] }
)
export type AllocationCreate = Static<typeof AllocationCreate>

export const AllocationQuery = Type.Object(
  {
    dry_run: Type.Boolean({
      default: false,
      description: 'Answers what everybody would get, and moves nothing.'
    })
  },
  closed
)

export const AllocationSchema = Type.Object(
  {
    strategy: oneOf(STRATEGIES),
    dry_run: Type.Boolean(),
    total: told(CreditCount, 'What is given.'),
    remainder: told(
      CreditCount,
      'What was to be given and stays in the pool: what does not divide into whole credits, and ' +
        'the shares of those who could not be given theirs.'
    ),
    unallocated: told(CreditCount, 'What is in the pool after it.'),
    data: Type.Array(
      Type.Object({
        member_id: Id('mem'),
        group_id: Type.Optional(Id('grp')),
        status: oneOf(['created', 'unchanged', 'error'], {
          description: '`unchanged`: the share is less than one credit.'
        }),
        amount: told(CreditCount, 'The share, given or not.'),
        transfer_id: Type.Optional(Id('trf')),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each share: of `groups` one for each group that a member is in.' }
    )
  },
  {
    $id: 'CreditAllocation',
    examples: [
      {
        strategy: 'equal',
        dry_run: false,
        total: 10_000,
        remainder: 0,
        unallocated: 0,
        data: [{ member_id: MEMBER, status: 'created', amount: 10_000, transfer_id: TRANSFER }]
      }
    ]
  }
)
