import { type Static, Type } from '@sinclair/typebox'
import { invalidRequest } from '../../errors.js'
import {
  ExternalId,
  Id,
  Instant,
  OrganizationParams,
  oneOf,
  ProblemSchema,
  ref,
  UserId
} from '../../schemas.js'
import { ACTIVITY_TYPES, type Report } from './report.js'

/** Reports of one request. */
const REPORTS_MAX = 1_000

export const ActivityParams = Type.Object({
  ...OrganizationParams.properties,
  member_id: Id('mem')
})

const fields = {
  type: oneOf(ACTIVITY_TYPES, {
    default: 'activity',
    description: 'A `sign_in` is an activity as well.'
  }),
  at: Type.Optional(
    Instant({
      description:
        'When it was; left out: now. Up to a minute ahead is taken as now, for clocks that differ. ' +
        'What was before the member joined is `unchanged`: it says nothing of this member.'
    })
  ),
  resource: Type.Optional({
    ...ExternalId,
    description: 'What was used, by your own id or that of here.',
    examples: ['ws_1']
  })
}

export const ActivityReport = Type.Object(fields, {
  additionalProperties: false,
  examples: [{ type: 'sign_in', at: '2026-11-22T09:30:00.000Z' }]
})
export type ActivityReport = Static<typeof ActivityReport>

const MemberReport = Type.Object(
  {
    member_id: Type.Optional(Id('mem')),
    user_id: Type.Optional(UserId),
    ...fields
  },
  { additionalProperties: false, description: 'Of a member, by one of both ids.' }
)
type MemberReport = Static<typeof MemberReport>

export const ActivityReports = Type.Object(
  { data: Type.Array(MemberReport, { minItems: 1, maxItems: REPORTS_MAX }) },
  {
    additionalProperties: false,
    examples: [
      {
        data: [
          { user_id: 'u_ana', type: 'sign_in', at: '2026-11-22T09:30:00.000Z' },
          { user_id: 'u_bo', type: 'activity', resource: 'ws_1' }
        ]
      }
    ]
  }
)

/** The only crossing from wire to report. */
export const toReport = (
  { type, at, resource }: ActivityReport,
  memberId: string,
  now: Date
): Report & { readonly memberId: string } => ({
  memberId,
  type,
  at: at === undefined ? now : new Date(at),
  resource
})

/** @throws Problem invalid_request where one names nobody, or somebody twice */
export function toReports({ data }: Static<typeof ActivityReports>, now: Date): Report[] {
  return data.map((report, index) => {
    const { member_id: memberId, user_id: userId, type, at, resource } = report
    if ((memberId === undefined) === (userId === undefined)) throw namesNobody(index)
    return { memberId, userId, type, at: at === undefined ? now : new Date(at), resource }
  })
}

const namesNobody = (index: number) =>
  invalidRequest({
    errors: [{ pointer: `#/data/${index}`, detail: 'must have either member_id or user_id' }]
  })

export const ActivityResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        status: oneOf(['recorded', 'unchanged', 'error'], {
          description:
            '`unchanged`: something newer is noted, or something less than a minute older.'
        }),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each report, in the order given.' }
    ),
    summary: Type.Object({
      recorded: Type.Integer(),
      unchanged: Type.Integer(),
      failed: Type.Integer()
    })
  },
  {
    $id: 'ActivityResults',
    examples: [
      {
        data: [{ status: 'recorded' }, { status: 'unchanged' }],
        summary: { recorded: 1, unchanged: 1, failed: 0 }
      }
    ]
  }
)
