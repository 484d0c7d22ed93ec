import { Type } from '@sinclair/typebox'
import { Id, Nullable } from '../../../schemas.js'
import { about, became, changed, entry, some } from './entry.js'
import { ExternalId, MemberId, MetadataText, Text } from './fields.js'

const Kind = Text('number', 'Which of the policy’s kinds it is of.')
const Mode = Text('shared', 'Key of a mode of the kind: how somebody has it.')
const NoMode = Nullable(Mode)
const ResourceName = Nullable(Text('Support line', 'What it is called.'))
const named = { kind: Kind, external_id: ExternalId }
const whole = { ...named, name: ResourceName }
const holder = {
  member_id: Type.Optional(about(MemberId, 'Who.')),
  group_id: Type.Optional(about(Id('grp'), 'Or which group: everybody in it.'))
}
const heldByMember = { data: { member_id: 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z' } }

export const RESOURCE_EVENTS = {
  'resource.created': entry({
    subjects: ['resource'],
    description: 'A resource of yours is known here.',
    data: whole
  }),
  'resource.requested': entry({
    subjects: ['resource'],
    description:
      'Somebody is to have a new one: make it, and say so by `POST {o}/resources/{id}/fulfill`.',
    data: { kind: Kind, member_id: about(MemberId, 'For whom.'), mode: Mode }
  }),
  'resource.fulfilled': entry({
    subjects: ['resource'],
    description: 'A new one that was asked for is there.',
    data: whole,
    changes: { status: became('requested', 'active') }
  }),
  'resource.updated': entry({
    subjects: ['resource'],
    description: 'A resource is called otherwise, or has other keys of yours.',
    data: named,
    changes: some({
      name: changed(ResourceName, 'Support line', 'Support'),
      external_id: changed(ExternalId, 'pn_1', 'pn_2'),
      metadata: changed(MetadataText, {}, { floor: '3' })
    })
  }),
  'resource.deleted': entry({
    subjects: ['resource'],
    description:
      'A resource is gone, and whoever had it has it no more: `resource.revoked` tells of each.',
    data: whole
  }),
  'resource.granted': entry({
    subjects: ['resource'],
    description:
      'A member, or everybody in a group, has a resource, or has it in another way; an invited ' +
      'member from the acceptance on.',
    data: { ...named, ...holder, mode: Mode },
    changes: { mode: changed(NoMode, null, 'shared') },
    example: heldByMember
  }),
  'resource.revoked': entry({
    subjects: ['resource'],
    description: 'A member, or a group, has a resource no more.',
    data: { ...named, ...holder, mode: about(Mode, 'How it was had.') },
    changes: { mode: changed(NoMode, 'shared', null) },
    example: heldByMember
  }),
  'resource.handed_over': entry({
    subjects: ['resource'],
    description: 'What a member who was removed had is another’s, in the same way.',
    data: {
      ...named,
      from_member_id: about(MemberId, 'Who had it.'),
      to_member_id: about(MemberId, 'Who has it now.'),
      mode: Mode
    },
    changes: {
      member_id: changed(
        MemberId,
        'mem_01jd3v8k2ffb5t0m5r6w9x7y3z',
        'mem_01jd3v8k2ffb5t0m5r6w9x7y40'
      )
    }
  }),
  'resource.owner_added': entry({
    subjects: ['resource'],
    description: 'A member owns the resource: they rule it, whatever their role.',
    data: { ...named, member_id: about(MemberId, 'Who.') }
  }),
  'resource.owner_removed': entry({
    subjects: ['resource'],
    description: 'A member owns the resource no more.',
    data: { ...named, member_id: about(MemberId, 'Who.') }
  })
}
