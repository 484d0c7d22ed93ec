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
  'recordActivity'
]
/** Their events are those of the ledger (transfer-events.test.ts) and of the provider. */
const ELSEWHERE = ['createCreditTransfers', 'receiveMailEvent']

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
  deleteOrganization: { told: [['organization.deleted']] },
  cancelOrganization: { told: [['organization.canceled', 'status']] },
  restoreOrganization: { told: [['organization.restored', 'status']] },
  putBranding: { told: [['organization.updated', 'branding.color']] },
  putPolicy: { told: [['policy.created']] },
  putBilling: { told: [['billing.updated', 'plan', 'seats']] },
  createCreditAllocation: { told: [['credits.distributed']], again: ['credits.distributed'] },
  importMembers: { told: [['member.joined']] },
  updateMember: {
    told: [
      ['member.updated', 'name'],
      ['member.role_changed', 'role']
    ]
  },
  removeMember: { told: [['member.removed', 'status']] },
  suspendMember: { told: [['member.suspended', 'status']] },
  reactivateMember: { told: [] },
  reassignMember: { told: [['reassignment.started']], again: [] },
  cancelReassignment: { told: [['reassignment.canceled']] },
  transferOwnership: { told: [['ownership.transferred']] },
  createRole: { told: [['role.created']] },
  updateRole: { told: [['role.updated', 'permissions']] },
  deleteRole: { told: [['role.deleted']] },
  createGroup: { told: [['group.created']] },
  updateGroup: { told: [['group.updated', 'name']] },
  deleteGroup: { told: [['group.deleted']] },
  addGroupMember: { told: [['group.member_added']] },
  removeGroupMember: { told: [['group.member_removed']] },
  createInvitations: { told: [['member.invited']] },
  cancelInvitation: { told: [['invitation.canceled']] },
  resendInvitation: { told: [['invitation.resent']], again: ['invitation.resent'] },
  acceptInvitation: { told: [['invitation.accepted'], ['member.joined', 'status']] },
  declineInvitation: { told: [['invitation.declined']], actor: 'user' },
  joinOrganization: { told: [['member.joined']] },
  approveJoinRequest: { told: [['join_request.approved'], ['member.joined']] },
  denyJoinRequest: { told: [['join_request.denied']] },
  createDomainClaim: { told: [['domain_claim.created']] },
  verifyDomainClaim: { told: [['domain_claim.verified']] },
  releaseDomainClaim: { told: [['domain_claim.released']] },
  createSignupPage: { told: [['signup_page.created']], again: ['signup_page.created'] },
  updateSignupPage: { told: [['signup_page.updated', 'name']] },
  enableSignupPage: { told: [['signup_page.enabled']] },
  disableSignupPage: { told: [['signup_page.disabled']] },
  requestSignup: { told: [['signup.requested'], ['member.invited']], actor: 'user' },
  putCreditQuotas: { told: [['credit_quotas.updated', 'everybody']] },
  putCreditSettings: { told: [['credit_settings.updated', 'mode']] },
  createCreditRequest: { told: [['credit_request.created']] },
  approveCreditRequest: { told: [['credits.allocated'], ['credit_request.approved']] },
  denyCreditRequest: { told: [['credit_request.denied']] },
  cancelCreditRequest: { told: [['credit_request.canceled']] },
  createExport: { told: [['export.started']] },
  createNotice: { told: [['notice.created']], again: ['notice.created'] },
  deleteMailSuppression: { told: [['mail_suppression.deleted']] },
  updateUser: { told: [['member.updated', 'name']] },
  eraseUser: { told: [['user.erased']] },
  createApiKey: { told: [['api_key.created']], again: ['api_key.created'] },
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
    const make = VALID[name] ?? CHANGES[name]
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
        const ids = actor === 'api_key' ? [keyId(app.key)] : [null]
        t.ok(events.every(({ actorId }) => ids.includes(actorId)))
        const named = JSON.stringify([request.path, request.body, answer.body])
        t.ok(
          events.every(({ subjectId }) => subjectId !== ''),
          'each says what it is about'
        )
        t.ok(
          events.length === 0 ||
            events.some(({ subjectId }) => named.includes(subjectId)) ||
            actor === 'user',
          `what it is about is what was asked for: ${events.map((one) => one.subjectId).join()}`
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
