import { sql } from 'drizzle-orm'
import t from 'tap'
import { type EventRecord, selectEvents } from '../../../src/features/events/queries.js'
import { type CallOptions, createTestApp, START, type TestApp } from '../../helpers/app.js'
import { operationsOf, readDocument } from '../../helpers/openapi.js'
import { CHANGES, CHANGES_ENVIRONMENT } from '../../http/valid-changes.js'
import { VALID } from '../../http/valid-requests.js'

/** Answers, and activity: `docs/architecture.md` says what leaves no event. */
const TELLS_NOTHING = [
  'authorize',
  'checkPolicy',
  'listJoinableOrganizations',
  'lookupInvitation',
  'recordActivities',
  'recordActivity'
]
/** Their events depend on what is sent: create-transfers.test.ts, receive-mail-event.test.ts. */
const ELSEWHERE = ['createCreditTransfers', 'receiveMailEvent']

/** Neither their paths nor their answers have the id of what they change. */
const NAMES_NO_SUBJECT = ['declineInvitation', 'eraseUser', 'updateUser']

interface Expected {
  /** Each event's type, in their order, with the fields that its `changes` have. */
  readonly told: readonly (readonly [type: string, ...changed: string[]])[]
  /** Whoever it is; left out: the API key. */
  readonly actor?: EventRecord['actorType']
  /** What saying it again tells; left out: nothing, whether it is refused or changes nothing. */
  readonly again?: readonly string[]
}

/** Of every operation that changes something what its request tells, and the same request again. */
const EXPECTED: Record<string, Expected> = {
  createOrganization: {
    told: [['organization.created'], ['member.joined']],
    again: ['organization.created', 'member.joined']
  },
  updateOrganization: { told: [['organization.updated', 'name']] },
  deleteOrganization: { told: [['organization.deleted', 'status']] },
  cancelOrganization: { told: [['organization.canceled', 'status']] },
  restoreOrganization: { told: [['organization.restored', 'status']] },
  putBranding: { told: [['organization.updated', 'branding']] },
  putPolicy: { told: [['policy.created']] },
  putBilling: { told: [['billing.updated', 'plan', 'seats']] },
  createCreditAllocation: { told: [['credits.distributed']], again: ['credits.distributed'] },
  importMembers: { told: [['member.joined', 'status']] },
  updateMember: {
    told: [
      ['member.role_changed', 'role'],
      ['member.updated', 'name']
    ]
  },
  removeMember: { told: [['member.removed', 'status'], ['seats.released']] },
  changeMembers: { told: [['member.suspended', 'status']] },
  suspendMember: { told: [['member.suspended', 'status']] },
  reactivateMember: { told: [['member.reactivated', 'status']] },
  reassignMember: { told: [['reassignment.started', 'status']] },
  cancelReassignment: {
    told: [
      ['invitation.canceled', 'status'],
      ['reassignment.canceled', 'status']
    ]
  },
  leaveOrganization: { told: [['member.left', 'status'], ['seats.released']], actor: 'member' },
  transferOwnership: { told: [['ownership.transferred'], ['member.role_changed', 'role']] },
  createRole: { told: [['role.created']], again: ['role.created'] },
  updateRole: { told: [['role.updated', 'permissions']] },
  deleteRole: { told: [['role.deleted']] },
  createGroup: { told: [['group.created']], again: ['group.created'] },
  updateGroup: { told: [['group.updated', 'name']] },
  deleteGroup: { told: [['group.deleted']] },
  putGroupMembers: { told: [['group.member_added']] },
  addGroupMember: { told: [['group.member_added']] },
  removeGroupMember: { told: [['group.member_removed']] },
  createResource: { told: [['resource.created']] },
  updateResource: { told: [['resource.updated', 'name']] },
  fulfillResource: { told: [['resource.fulfilled', 'status']] },
  deleteResource: { told: [['resource.deleted']] },
  putResourceGrant: { told: [['resource.granted', 'mode']] },
  revokeResourceGrant: { told: [['resource.revoked', 'mode']] },
  putResourceGroupGrant: { told: [['resource.granted', 'mode']] },
  revokeResourceGroupGrant: { told: [['resource.revoked', 'mode']] },
  addResourceOwner: { told: [['resource.owner_added']] },
  removeResourceOwner: { told: [['resource.owner_removed']] },
  createInvitations: { told: [['member.invited']] },
  cancelInvitation: {
    told: [['seats.released'], ['invitation.canceled', 'member_status', 'status']]
  },
  resendInvitation: { told: [['invitation.resent']], again: ['invitation.resent'] },
  acceptInvitation: {
    told: [
      ['invitation.accepted', 'status'],
      ['member.joined', 'joined_at', 'status', 'user_id']
    ],
    actor: 'user'
  },
  declineInvitation: {
    told: [['seats.released'], ['invitation.declined', 'member_status', 'status']],
    actor: 'user'
  },
  joinOrganization: { told: [['member.joined', 'status'], ['billing.charge_due']], actor: 'user' },
  approveJoinRequest: {
    told: [
      ['member.joined', 'status'],
      ['join_request.approved', 'status']
    ]
  },
  denyJoinRequest: { told: [['join_request.denied', 'status']] },
  createDomainClaim: {
    told: [['domain_claim.created']],
    again: ['domain_claim.released', 'domain_claim.created']
  },
  verifyDomainClaim: { told: [['domain_claim.verified', 'status']] },
  releaseDomainClaim: { told: [['domain_claim.released', 'status']] },
  createSignupPage: { told: [['signup_page.created']], again: ['signup_page.created'] },
  updateSignupPage: { told: [['signup_page.updated', 'name']] },
  enableSignupPage: { told: [['signup_page.enabled', 'status']] },
  disableSignupPage: { told: [['signup_page.disabled', 'status']] },
  requestSignup: {
    told: [['signup.requested'], ['member.invited']],
    actor: 'user',
    again: ['invitation.resent']
  },
  putCreditQuotas: { told: [['credit_quotas.updated', 'everybody'], ['credits.quota_short']] },
  putCreditSettings: { told: [['credit_settings.updated', 'mode']] },
  createCreditRequest: { told: [['credit_request.created']], again: ['credit_request.created'] },
  approveCreditRequest: { told: [['credits.allocated'], ['credit_request.approved', 'status']] },
  denyCreditRequest: { told: [['credit_request.denied', 'status']] },
  cancelCreditRequest: { told: [['credit_request.canceled', 'status']] },
  redeliverWebhookDelivery: { told: [['webhook_endpoint.redelivery_requested']] },
  recoverWebhookDeliveries: { told: [['webhook_endpoint.recovery_requested']] },
  createExport: { told: [['export.started']] },
  createNotice: { told: [['notice.created']], again: ['notice.created'] },
  deleteMailSuppression: { told: [['mail_suppression.deleted']] },
  updateUser: { told: [['member.updated', 'name']] },
  eraseUser: { told: [['user.erased']] },
  createMemberToken: { told: [['member_token.created']], again: ['member_token.created'] },
  createApiKey: { told: [['api_key.created']], again: ['api_key.created'] },
  updateApiKey: { told: [['api_key.updated', 'scopes']] },
  rotateApiKey: { told: [['api_key.rotated']], again: ['api_key.rotated'] },
  revokeApiKey: { told: [['api_key.revoked']] },
  createWebhookEndpoint: {
    told: [['webhook_endpoint.created']],
    again: ['webhook_endpoint.created']
  },
  updateWebhookEndpoint: { told: [['webhook_endpoint.updated', 'description']] },
  deleteWebhookEndpoint: { told: [['webhook_endpoint.deleted']] },
  rotateWebhookSecret: {
    told: [['webhook_endpoint.secret_rotated']],
    again: ['webhook_endpoint.secret_rotated']
  },
  testWebhookEndpoint: {
    told: [['webhook_endpoint.tested']],
    again: ['webhook_endpoint.tested']
  }
}

/** What needs a beginning of its own for this. */
const OWN: Record<string, (app: TestApp) => Promise<CallOptions & { path: string }>> = {
  async reactivateMember(app) {
    const { path } = await app.organization()
    const at = `${path}/members/${(await app.member(path)).id}`
    await app.call('POST', `${at}/suspend`)
    return { path: `${at}/reactivate` }
  },
  async leaveOrganization(app) {
    const { path } = await app.organization()
    const { as } = await app.member(path)
    return { path: `${path}/leave`, actor: as }
  }
}

interface Request extends CallOptions {
  readonly method: string
  readonly path: string
}

/** Sends it, and answers with what it has told. */
async function tell(app: TestApp, { method, path, ...options }: Request) {
  const requestId = app.unique('req')
  const headers = { ...options.headers, 'x-request-id': requestId }
  const answer = await app.call(method, path, { ...options, headers })
  const events = await selectEvents(app.deps.db, {
    where: sql`e.request_id = ${requestId}`,
    order: 'asc',
    limit: 100
  })
  return { answer, events }
}

const keyId = (key: string) => `key_${key.split('_')[1]}`

await t.test('every operation that changes something', async (t) => {
  const environment = { MUSTER_TRUSTED_PROXIES: '127.0.0.1', ...CHANGES_ENVIRONMENT }
  const app = await createTestApp(t, { environment })
  const writes = operationsOf(await readDocument())
    .filter(({ method }) => method !== 'GET')
    .map(({ method, operation }) => ({ method, name: operation.operationId as string }))
    .filter(({ name }) => ![...TELLS_NOTHING, ...ELSEWHERE].includes(name))
  t.ok(writes.length > 50)

  for (const { method, name } of writes) {
    const expected = EXPECTED[name]
    const make = OWN[name] ?? VALID[name] ?? CHANGES[name]
    if (!expected || !make) {
      t.fail(`${name} says nowhere what it tells`)
      continue
    }
    await t.test(
      `${name} tells what it has changed, and nothing when it is said again`,
      async (t) => {
        app.clock.now = START
        const request = { method, ...(await make(app)) }
        const { answer, events } = await tell(app, request)
        t.ok(answer.status < 300, JSON.stringify(answer.body))
        t.same(
          events.map(({ type, changes }) => [type, ...Object.keys(changes).sort()]),
          expected.told
        )
        const actor = expected.actor ?? 'api_key'
        t.ok(events.every(({ actorType }) => actorType === actor))
        const ids = events.map(({ actorId }) => actorId)
        if (actor === 'api_key') t.ok(ids.every((id) => id === keyId(app.key)))
        const named = JSON.stringify([request.path, request.body, answer.body])
        const subjects = events.map(({ subjectId }) => subjectId)
        const isNamed = answer.status !== 202 && !NAMES_NO_SUBJECT.includes(name)
        if (isNamed)
          t.ok(
            subjects.some((id) => named.includes(id)),
            subjects.join()
          )
        for (const { changes } of events) {
          for (const [before, after] of Object.values(changes)) t.notSame(before, after)
        }
        const again = await tell(app, request)
        t.same(
          again.events.map(({ type }) => type),
          expected.again ?? []
        )
      }
    )
  }
})
