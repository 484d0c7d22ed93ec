import type { OrgContext } from '../../context.js'
import type { Locale } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { Permission } from '../../policy/permissions.js'

interface Command {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** What a member must have to do it; null: it is the host's. */
  readonly permission: Permission | null
  readonly label: Readonly<Record<Locale, string>>
  /** Whether it can be confirmed, where the policy asks for that. */
  readonly confirms?: true
}

/** What can be wrong is mended by these, each by the name of its operation. */
const COMMANDS = {
  restoreOrganization: {
    method: 'POST',
    permission: 'subscription.cancel',
    label: { en: 'Restore the subscription', fr: 'Rétablir l’abonnement' }
  },
  createInvitations: {
    method: 'POST',
    permission: 'member.invite',
    label: { en: 'Invite again', fr: 'Inviter à nouveau' },
    confirms: true
  },
  resendInvitation: {
    method: 'POST',
    permission: 'invitation.resend',
    label: { en: 'Send the invitation again', fr: 'Renvoyer l’invitation' },
    confirms: true
  },
  cancelInvitation: {
    method: 'DELETE',
    permission: 'invitation.cancel',
    label: { en: 'Cancel the invitation', fr: 'Annuler l’invitation' },
    confirms: true
  },
  deleteMailSuppression: {
    method: 'DELETE',
    permission: null,
    label: { en: 'Let mails go there again', fr: 'Autoriser à nouveau l’envoi' }
  },
  suspendMember: {
    method: 'POST',
    permission: 'member.suspend',
    label: { en: 'Suspend the member', fr: 'Suspendre le membre' },
    confirms: true
  },
  reactivateMember: {
    method: 'POST',
    permission: 'member.suspend',
    label: { en: 'Reactivate the member', fr: 'Réactiver le membre' }
  },
  removeMember: {
    method: 'DELETE',
    permission: 'member.remove',
    label: { en: 'Remove the member', fr: 'Retirer le membre' },
    confirms: true
  },
  updateMember: {
    method: 'PATCH',
    permission: 'member.role',
    label: { en: 'Give another role', fr: 'Donner un autre rôle' },
    confirms: true
  },
  cancelReassignment: {
    method: 'DELETE',
    permission: 'member.reassign',
    label: { en: 'Give the account back', fr: 'Rendre le compte' },
    confirms: true
  },
  fulfillResource: {
    method: 'POST',
    permission: 'resource.manage',
    label: { en: 'Make it, and say what it is called', fr: 'La créer et donner son identifiant' }
  },
  deleteResource: {
    method: 'DELETE',
    permission: 'resource.manage',
    label: { en: 'Delete the resource', fr: 'Supprimer la ressource' }
  },
  addResourceOwner: {
    method: 'PUT',
    permission: 'resource.manage',
    label: { en: 'Make a holder its owner', fr: 'En rendre un détenteur propriétaire' }
  },
  revokeResourceGrant: {
    method: 'DELETE',
    permission: 'resource.assign',
    label: { en: 'Take the resource back', fr: 'Reprendre la ressource' }
  },
  deleteGroup: {
    method: 'DELETE',
    permission: 'group.manage',
    label: { en: 'Delete the group', fr: 'Supprimer le groupe' }
  },
  createCreditAllocation: {
    method: 'POST',
    permission: 'credits.allocate',
    label: { en: 'Give credits', fr: 'Attribuer des crédits' }
  },
  createCreditTransfers: {
    method: 'POST',
    permission: null,
    label: { en: 'Top the pool up', fr: 'Recharger la réserve' }
  }
} as const satisfies Readonly<Record<string, Command>>
export type MendName = keyof typeof COMMANDS

export const MENDS = Object.keys(COMMANDS) as MendName[]

/** A request that mends something. */
export interface Mend {
  readonly command: MendName
  readonly label: string
  readonly method: Command['method']
  readonly path: string
  readonly body: Readonly<Record<string, unknown>> | null
  /** Fields of the body that whoever sends it knows alone. */
  readonly needs: readonly string[]
  readonly permission: Permission | null
}

interface Wanted {
  /** From the organization on; one that begins with `/v1/` is of the deployment. */
  readonly path: string
  readonly body?: Readonly<Record<string, unknown>>
  readonly needs?: readonly string[]
}

type Reader = Pick<OrgContext, 'organizationId' | 'locale' | 'policy'>

/** The request as it can be sent: confirmed, where the policy wants that of everybody. */
export function mendBy(ctx: Reader, name: MendName, wanted: Wanted): Mend {
  const { path, body = null, needs = [] } = wanted
  const command: Command = COMMANDS[name]
  const confirm = isConfirmed(ctx.policy.policy, command) ? '?confirm=true' : ''
  return {
    command: name,
    label: command.label[ctx.locale],
    method: command.method,
    path: path.startsWith('/v1/')
      ? path
      : `/v1/organizations/${ctx.organizationId}${path}${confirm}`,
    body,
    needs,
    permission: command.permission
  }
}

const isConfirmed = ({ authority }: Policy, { permission, confirms }: Command): boolean =>
  confirms === true && authority.confirm.some((guarded) => guarded === permission)
