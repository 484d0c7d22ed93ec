import { defineProblem } from '../../errors.js'

export const userStillMember = defineProblem({
  code: 'user_still_member',
  status: 409,
  en: [
    'Still a member',
    'Who belongs to a team is not erased: end the memberships of organization_ids first.'
  ],
  fr: [
    'Encore membre',
    'On n’efface pas une personne qui fait partie d’une équipe : mettez d’abord fin à ses ' +
      'appartenances à organization_ids.'
  ]
})
