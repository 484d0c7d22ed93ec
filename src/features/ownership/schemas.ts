import { type Static, Type } from '@sinclair/typebox'
import { Id } from '../../schemas.js'

const FORMER = {
  description:
    'Whose role it is that goes over: needed only when you transfer it yourself, and there are ' +
    'several who have it.'
}

export const OwnershipTransfer = Type.Object(
  { member_id: Id('mem'), from_member_id: Type.Optional({ ...Id('mem'), ...FORMER }) },
  {
    additionalProperties: false,
    examples: [{ member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' }]
  }
)
export type OwnershipTransfer = Static<typeof OwnershipTransfer>
