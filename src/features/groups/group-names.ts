import { type Static, Type } from '@sinclair/typebox'
import { ExternalId } from '../../schemas.js'

/** Groups that one person is put into at once. */
const GROUPS_MAX = 10

/** What requests that bring somebody in say of groups. */
export const GroupNames = Type.Array(ExternalId, {
  maxItems: GROUPS_MAX,
  uniqueItems: true,
  description:
    'Groups that exist, by id or external_id. Who acts on behalf of a member needs ' +
    '`group.manage` for it.',
  examples: [['design']]
})
export type GroupNames = Static<typeof GroupNames>
