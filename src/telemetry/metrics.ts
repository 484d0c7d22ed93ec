import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Of one pool of connections, at this moment. */
export interface PoolCounts {
  readonly totalCount: number
  readonly idleCount: number
  /** Callers that wait for a connection. */
  readonly waitingCount: number
}

/** In seconds. From an answer out of memory to the longest that a request may take. */
const REQUEST_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30]
const WORK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60]
const BATCH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200]

export type Metrics = ReturnType<typeof createMetrics>

/**
 * What one process counts and measures of its own work, in a registry of its own: a process may hold
 * several services. No label has a value that a caller could choose: routes are templates, jobs and
 * problems have the names that the code gives them.
 */
export function createMetrics(pool: () => PoolCounts) {
  const registry = new Registry()
  const registers = [registry]
  gaugesOfPool(registry, pool)
  return {
    registry,
    ...metricsOfHttp(registers),
    ...metricsOfJobs(registers),
    ...metricsOfSending(registers),
    ...metricsOfLedger(registers),
    ...gaugesOfBacklog(registers),
    transactionWait: new Histogram({
      name: 'muster_database_transaction_wait_seconds',
      help: 'How long transactions waited for a connection of the pool',
      buckets: BATCH_BUCKETS,
      registers
    })
  }
}

/** Seconds since `performance.now()` was `startedAt`. */
export const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1_000

function metricsOfHttp(registers: Registry[]) {
  return {
    requestDuration: new Histogram({
      name: 'muster_http_request_duration_seconds',
      help: 'Requests until their answer was sent; status `gone`: the caller left before',
      labelNames: ['method', 'route', 'status'],
      buckets: REQUEST_BUCKETS,
      registers
    }),
    requestsInFlight: new Gauge({
      name: 'muster_http_requests_in_flight',
      help: 'Requests that are being answered',
      registers
    }),
    problems: new Counter({
      name: 'muster_http_problems_total',
      help: 'Problems that were answered, by their code: also what was limited or shed',
      labelNames: ['code'],
      registers
    })
  }
}

function metricsOfJobs(registers: Registry[]) {
  return {
    jobsHandedOver: new Counter({
      name: 'muster_jobs_handed_over_total',
      help: 'Jobs given to the queue, each time they were',
      labelNames: ['job'],
      registers
    }),
    jobDuration: new Histogram({
      name: 'muster_job_duration_seconds',
      help: 'Attempts of jobs: `done`, `failed` (tried again later) or `given_up`',
      labelNames: ['job', 'outcome'],
      buckets: WORK_BUCKETS,
      registers
    }),
    sweepDuration: new Histogram({
      name: 'muster_sweep_duration_seconds',
      help: 'Runs of sweeps: `done` or `failed`',
      labelNames: ['sweep', 'outcome'],
      buckets: WORK_BUCKETS,
      registers
    })
  }
}

function metricsOfSending(registers: Registry[]) {
  return {
    webhookDuration: new Histogram({
      name: 'muster_webhook_attempt_duration_seconds',
      help: 'Attempts of webhook deliveries: `delivered`, `pending` (tried again) or `failed`',
      labelNames: ['outcome'],
      buckets: WORK_BUCKETS,
      registers
    }),
    mailDuration: new Histogram({
      name: 'muster_mail_duration_seconds',
      help: 'Mails handed to the mail server, or kept: `sent` or `failed`',
      labelNames: ['outcome'],
      buckets: WORK_BUCKETS,
      registers
    })
  }
}

function metricsOfLedger(registers: Registry[]) {
  return {
    ledgerBatchSize: new Histogram({
      name: 'muster_ledger_batch_transfers',
      help: 'Credit transfers that were done together in one transaction',
      buckets: BATCH_SIZES,
      registers
    }),
    ledgerBatchDuration: new Histogram({
      name: 'muster_ledger_batch_duration_seconds',
      help: 'Transactions of the credit ledger',
      buckets: BATCH_BUCKETS,
      registers
    }),
    ledgerWaiting: new Gauge({
      name: 'muster_ledger_waiting_transfers',
      help: 'Credit transfers that wait for the next transaction',
      registers
    })
  }
}

/** Of the whole deployment, read when somebody asks. */
function gaugesOfBacklog(registers: Registry[]) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge({ name, help, labelNames, registers })
  return {
    databaseUp: gauge('muster_database_up', 'Whether the database answered this scrape in time'),
    jobRows: gauge(
      'muster_jobs',
      'Jobs of the deployment: `open`, of these `due` and not handed over, and `failed` for good',
      ['state']
    ),
    oldestJob: gauge(
      'muster_jobs_oldest_due_seconds',
      'How long the job that waits longest has been due to be handed over'
    ),
    queueJobs: gauge('muster_queue_jobs', 'What the queue holds: `waiting`, `active`, `delayed`', [
      'state'
    ]),
    pendingDeliveries: gauge(
      'muster_webhook_deliveries_pending',
      'Webhook deliveries of the deployment that are still to be made'
    ),
    oldestDelivery: gauge(
      'muster_webhook_oldest_due_seconds',
      'How long the webhook delivery that waits longest has been due'
    ),
    sealLag: gauge(
      'muster_event_seal_lag_seconds',
      'Age of the oldest event that is not sealed yet'
    )
  }
}

function gaugesOfPool(registry: Registry, pool: () => PoolCounts): void {
  const registers = [registry]
  new Gauge({
    name: 'muster_database_connections',
    help: 'Connections of the pool: `idle` or `busy`',
    labelNames: ['state'],
    registers,
    collect() {
      const { totalCount, idleCount } = pool()
      this.set({ state: 'idle' }, idleCount)
      this.set({ state: 'busy' }, totalCount - idleCount)
    }
  })
  new Gauge({
    name: 'muster_database_waiting',
    help: 'Callers that wait for a connection of the pool',
    registers,
    collect() {
      this.set(pool().waitingCount)
    }
  })
}
