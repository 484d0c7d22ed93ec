import {
  defineProblem,
  type Locale,
  type Problem,
  type ProblemMembers,
  problemCatalogue
} from './errors.js'
import type { Decision, RefusalCode } from './policy/decision.js'

type Define = (members?: ProblemMembers) => Problem
type Text = readonly [title: string, detail: string]

const define = (code: RefusalCode, status: number, en: Text, fr: Text): Define =>
  defineProblem({ code, status, en, fr })

const PROBLEMS: Readonly<Record<RefusalCode, Define>> = {
  not_permitted: define(
    'not_permitted',
    403,
    ['Not permitted', 'The acting member’s role does not allow this.'],
    ['Non autorisé', 'Le rôle du membre agissant ne le permet pas.']
  ),
  resource_not_granted: define(
    'resource_not_granted',
    403,
    ['Not granted', 'The member does not have this resource.'],
    ['Non attribuée', 'Le membre n’a pas cette ressource.']
  ),
  mode_not_allowed: define(
    'mode_not_allowed',
    403,
    ['Not in this mode', 'The way in which the member has this resource does not allow it.'],
    ['Mode insuffisant', 'La façon dont le membre a cette ressource ne le permet pas.']
  ),
  not_offered: define(
    'not_offered',
    422,
    ['Not offered', 'The organization’s policy does not have this.'],
    ['Non proposé', 'La politique de l’organisation ne prévoit pas cela.']
  ),
  self_removal: define(
    'self_removal',
    403,
    ['Not oneself', 'Members do not remove themselves: another one has to.'],
    ['Pas soi-même', 'On ne se retire pas soi-même : un autre membre doit le faire.']
  ),
  self_role_change: define(
    'self_role_change',
    403,
    ['Not one’s own role', 'Members do not change their own role: another one has to.'],
    ['Pas son propre rôle', 'On ne change pas son propre rôle : un autre membre doit le faire.']
  ),
  self_action: define(
    'self_action',
    403,
    ['Not to oneself', 'Members do not do this to themselves: another one has to.'],
    ['Pas à soi-même', 'On ne se fait pas cela à soi-même : un autre membre doit le faire.']
  ),
  protected_role: define(
    'protected_role',
    403,
    ['Protected role', 'Members of this role are protected from this.'],
    ['Rôle protégé', 'Les membres de ce rôle en sont protégés.']
  ),
  rank_not_lower: define(
    'rank_not_lower',
    403,
    ['Rank not lower', 'This is possible only with members who rank below the acting one.'],
    ['Rang non inférieur', 'Cela n’est possible qu’avec les membres de rang inférieur.']
  ),
  unknown_role: define(
    'unknown_role',
    422,
    ['Unknown role', 'The organization’s policy has no role of this key.'],
    ['Rôle inconnu', 'La politique de l’organisation n’a pas de rôle de ce nom.']
  ),
  role_not_assignable: define(
    'role_not_assignable',
    403,
    ['Role not assignable', 'The acting member may not give this role.'],
    ['Rôle non attribuable', 'Le membre agissant ne peut pas donner ce rôle.']
  ),
  role_not_manageable: define(
    'role_not_manageable',
    403,
    ['Role not manageable', 'The acting member may not do this to members of this role.'],
    ['Rôle hors de portée', 'Le membre agissant ne peut pas faire cela aux membres de ce rôle.']
  ),
  exceeds_own_permissions: define(
    'exceeds_own_permissions',
    403,
    ['More than one’s own', 'Nobody gives permissions that they lack: missing_permissions.'],
    ['Au-delà des siennes', 'On ne donne pas de permissions que l’on n’a pas.']
  ),
  last_holder: define(
    'last_holder',
    409,
    ['Last of this role', 'The organization needs at least {min} active member of this role.'],
    ['Dernier de ce rôle', 'Il faut au moins {min} membre actif de ce rôle.']
  ),
  single_holder: define(
    'single_holder',
    409,
    ['One of this role only', 'Only one person can have this role.'],
    ['Un seul par organisation', 'Une seule personne peut avoir ce rôle.']
  ),
  role_full: define(
    'role_full',
    409,
    ['Role full', 'At most {max} people can have this role.'],
    ['Rôle complet', 'Au plus {max} personnes peuvent avoir ce rôle.']
  ),
  not_entitled: define(
    'not_entitled',
    402,
    ['Not in the plan', 'The organization’s plan does not include this.'],
    ['Hors abonnement', 'L’abonnement de l’organisation ne comprend pas cela.']
  ),
  billing_past_due: define(
    'billing_past_due',
    402,
    ['Invoice overdue', 'An invoice is overdue: this works again once it is paid.'],
    ['Facture impayée', 'Une facture est en souffrance : cela sera possible une fois réglée.']
  ),
  channel_not_allowed: define(
    'channel_not_allowed',
    403,
    ['Not from this client', 'This cannot be done from this kind of client.'],
    ['Pas depuis cet appareil', 'Cela ne peut pas être fait depuis ce type d’application.']
  ),
  confirmation_required: define(
    'confirmation_required',
    428,
    ['To be confirmed', 'Send the request again with confirm=true.'],
    ['À confirmer', 'Renvoyez la requête avec confirm=true.']
  )
}

/** The problem that a refusal is told as; undefined when the decision allows. */
export function refusalOf(decision: Decision): Problem | undefined {
  if (decision.allowed) return undefined
  return PROBLEMS[decision.code]({ because: decision.because, ...decision.details })
}

/** @throws Problem of the refusal */
export function enforce(decision: Decision): void {
  const refusal = refusalOf(decision)
  if (refusal) throw refusal
}

/** In the words of the problem of this code, without making one. */
export function defaultDetail(code: string, locale: Locale): string {
  const definition = problemCatalogue().get(code)
  if (!definition) throw new Error(`no problem is called ${code}`)
  return definition[locale][1]
}
