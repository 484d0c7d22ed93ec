import type { NewEvent } from '../events/append-events.js'

interface Membership {
  readonly groupId: string
  readonly memberId: string
}

const toEvent =
  (type: 'group.member_added' | 'group.member_removed') =>
  ({ groupId, memberId }: Membership): NewEvent => ({
    type,
    subject: { type: 'group', id: groupId },
    data: { member_id: memberId }
  })

export const memberAdded = toEvent('group.member_added')
export const memberRemoved = toEvent('group.member_removed')
