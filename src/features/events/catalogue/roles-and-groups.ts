import { about, changed, entry, some } from './entry.js'
import { Count, ExternalId, Label, MemberId, MetadataText, Permissions, Text } from './fields.js'

const GroupName = Text('Sales', 'What it is called.')

export const ROLE_EVENTS = {
  'role.created': entry({
    subjects: ['role'],
    description: 'The organization has a role of its own.',
    data: { key: Text('editor', 'Key of the role.'), label: Label, permissions: Permissions }
  }),
  'role.updated': entry({
    subjects: ['role'],
    description: 'A role of the organization’s own changed, for its holders at once.',
    changes: some({
      label: changed(Label, { en: 'Editor', fr: 'Éditeur' }, { en: 'Author', fr: 'Auteur' }),
      permissions: changed(Permissions, ['member.invite'], [])
    })
  }),
  'role.deleted': entry({
    subjects: ['role'],
    description:
      'A role of the organization’s own is gone: nobody had it, or a role of its policy took its ' +
      'place.',
    data: { label: Label, permissions: Permissions }
  })
}

export const GROUP_EVENTS = {
  'group.created': entry({
    subjects: ['group'],
    description: 'There is another group.',
    data: { name: GroupName, external_id: ExternalId }
  }),
  'group.updated': entry({
    subjects: ['group'],
    description: 'A group is called otherwise, or has other keys of yours.',
    changes: some({
      name: changed(GroupName, 'Sales', 'Sales North'),
      external_id: changed(ExternalId, null, 'crm-4711'),
      metadata: changed(MetadataText, {}, { floor: '3' })
    })
  }),
  'group.deleted': entry({
    subjects: ['group'],
    description: 'A group is gone; its members stay in the organization.',
    data: {
      name: GroupName,
      external_id: ExternalId,
      members_count: Count(4, 'How many were in it.')
    }
  }),
  'group.member_added': entry({
    subjects: ['group'],
    description: 'A member is in the group.',
    data: { member_id: about(MemberId, 'Who.') }
  }),
  'group.member_removed': entry({
    subjects: ['group'],
    description: 'A member was taken out of the group.',
    data: { member_id: about(MemberId, 'Who.') }
  })
}
