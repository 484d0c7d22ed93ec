import { Type } from '@sinclair/typebox'
import { Id, Instant, Metadata, Nullable } from '../../../schemas.js'
import { about, words } from './entry.js'

// Values are described, not bounded: what was once taken is told whatever may be taken today, and
// what names a person is another text once that person is erased.

export const Text = (example: string, description: string) =>
  Type.String({ examples: [example], description })

export const Count = (example: number, description: string) =>
  Type.Integer({ examples: [example], description })

export const Amount = (example: number, description: string) =>
  Type.Integer({ examples: [example], description })

export const Texts = (examples: readonly string[], description: string) =>
  Type.Array(Type.String(), { examples: [examples], description })

export const MemberId = about(Id('mem'), 'The member.')
export const InvitationId = about(Id('inv'), 'The invitation.')
export const UserId = Text('u_ana', 'The person’s id in your own user database.')
export const EmailAddress = Text('ana@acme.test', 'The person’s address.')
export const Role = Text('member', 'Key of a role.')
export const Domain = Text('acme.test', 'A mail domain, in its ASCII form.')
export const PolicyKey = Text('standard', 'Key of a policy.')
export const ExternalId = Nullable(Text('crm-4711', 'Your own id of it.'))
export const Permissions = Texts(['member.invite'], 'What the role may do.')
export const Label = Type.Object(
  { en: Type.String(), fr: Type.String() },
  { description: 'What people call it.', examples: [{ en: 'Editor', fr: 'Éditeur' }] }
)
export const MetadataText = about(Metadata, 'Your own keys.', { plan: 'team' })
export const LaterOrNever = (description: string) => Nullable(Instant({ description }))

/** What the host should do with the sessions of the person. */
export const SessionsEnd = words(
  ['revoke'],
  '`revoke`: end the person’s sessions, since they have no access any more.'
)
export const Sessions = words(
  ['revoke', 'refresh_hint', 'none'],
  'What to do with the person’s sessions, as the policy says: end them, read their rights again, or ' +
    'nothing.'
)
