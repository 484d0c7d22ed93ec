import { defineProblem } from '../../errors.js'

export const quotaNamedTwice = defineProblem({
  code: 'quota_named_twice',
  status: 422,
  en: ['Named twice', '{name} has two quotas: it can have one.'],
  fr: ['Nommé deux fois', '{name} a deux quotas : il ne peut en avoir qu’un.']
})
