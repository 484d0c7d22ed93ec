/**
 * Muster's own permissions: what a role may do in a team's management. The closed list: what Muster
 * does not do itself it answers by `authorize` (billing, export, special notifications). `app:*`
 * permissions are the host's and mean nothing here.
 */
export const PERMISSIONS = [
  'team.view',
  'team.summary',
  'member.invite',
  'member.import',
  'member.edit',
  'member.role',
  'member.suspend',
  'member.remove',
  'member.reassign',
  'member.activity',
  'invitation.resend',
  'invitation.cancel',
  'role.manage',
  'group.manage',
  'audit.view',
  'org.view',
  'org.rename',
  'org.settings',
  'org.settings:view',
  'org.transfer',
  'org.delete',
  'data.export',
  'billing.view',
  'billing.edit',
  'subscription.edit',
  'subscription.cancel',
  'domain.claim',
  'signup_page.manage',
  'resource.view',
  'resource.view:assigned',
  'resource.manage',
  'resource.manage:own',
  'resource.assign',
  'resource.assign:own',
  'resource.settings',
  'resource.settings:own',
  'credits.allocate',
  'credits.usage',
  'notify.special.all',
  'notify.special.some',
  'notify.billing_reminders'
] as const
export type Permission = (typeof PERMISSIONS)[number]

/** A permission of the host: `app:` and whatever the host calls it. */
export const APP_PERMISSION = /^app:[a-z0-9_.:-]{1,100}$/

const APP_PREFIX = 'app:'

const own: ReadonlySet<string> = new Set(PERMISSIONS)

export function isOwnPermission(text: string): text is Permission {
  return own.has(text)
}

/** Whether it means something here: one of ours, or one that the host may have given itself. */
export function isPermission(text: string): boolean {
  return own.has(text) || APP_PERMISSION.test(text)
}

/**
 * Everything that implies a permission, itself first: `x` covers `x:own`, `x.all` covers `x.some`.
 * Of the host's permissions each stands for itself alone.
 */
function coveredBy(permission: string): string[] {
  if (permission.startsWith(APP_PREFIX)) return [permission]
  const [whole = '', part] = permission.split(':')
  return [
    permission,
    ...(part === undefined ? [] : [whole]),
    ...(permission.endsWith('.some') ? [permission.replace(/\.some$/, '.all')] : [])
  ]
}

/** Which of the held permissions gives the wanted one; undefined: none does. */
export function findGrant(held: ReadonlySet<string>, wanted: string): string | undefined {
  return held.has(wanted) ? wanted : coveredBy(wanted).find((permission) => held.has(permission))
}
