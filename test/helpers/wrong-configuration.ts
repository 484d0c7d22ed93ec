import { generateKeyPairSync } from 'node:crypto'
import { newApiKeyToken } from '../../src/crypto/api-key-token.js'

export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const SHORT = Buffer.alloc(31, 7).toString('base64url')
export const LONG = Buffer.alloc(33, 7).toString('base64url')

const PRIVATE_KEY = generateKeyPairSync('ed25519')
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()
const WEAK_KEY = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  .publicKey.export({ type: 'spki', format: 'pem' })
  .toString()

/** At least one for each way in which a variable can be wrong. */
export const WRONG: Record<string, readonly string[]> = {
  PORT: ['eighty', '65536', '0', '-1', '80.5', ' ', '0x50', '1e3'],
  PUBLIC_URL: ['teams.acme.test', 'ftp://teams.acme.test', 'javascript:alert(1)'],
  LOG_LEVEL: ['verbose', 'INFO'],
  DATABASE_URL: ['mysql://hunter2@db', 'db.acme.test'],
  DATABASE_POOL_SIZE: ['1', '501', 'many', '7.5'],
  REDIS_URL: ['http://hunter2@redis', 'redis.acme.test'],
  SMTP_URL: ['https://hunter2@mail', 'mail.acme.test:25'],
  MAIL_FROM: ['Acme', 'a@b@c', 'Acme <hunter2>', 'x@y.test\r\nBcc: z@y.test'],
  MAIL_REPLY_TO: ['nobody'],
  MUSTER_ACCEPT_URL: ['/welcome'],
  MUSTER_DEV_MAIL: ['yes', 'true', 'ON'],
  MUSTER_MAIL_EVENTS_SECRET: [
    'hunter2',
    WEBHOOK_SECRET.replace('whsec_', ''),
    `${WEBHOOK_SECRET}?`,
    `whsec_${Buffer.alloc(23, 7).toString('base64')}`,
    `whsec_${Buffer.alloc(65, 7).toString('base64')}`
  ],
  MUSTER_TRUSTED_PROXIES: [
    'proxy.acme.test',
    '10.0.0.1,all',
    '10.0.0.0/x',
    '10.0.0.0/33',
    '::1/129'
  ],
  MUSTER_DNS_SERVERS: ['dns.acme.test', '9.9.9.9,127.0.0.1:0', '[::1'],
  MUSTER_WEBHOOKS_HTTP: ['yes', 'ON', 'true'],
  MUSTER_WEBHOOKS_ALLOWED_NETWORKS: ['intranet.acme.test', '10.0.0.0/33', '10.0.0.1;::1', '10.0/8'],
  MUSTER_RATE_LIMIT_PER_KEY: ['none', '-1', '10000001'],
  MUSTER_RATE_LIMIT_PER_PERSON: ['5/s', '1e3'],
  MUSTER_RATE_LIMIT_FAILED_AUTH: ['off', '0x10'],
  MUSTER_REQUESTS_MAX: ['0', '100001'],
  MUSTER_SHED_WAIT_MS: ['2s', '60001'],
  MUSTER_SHED_DATABASE_WAIT_MS: ['2 s', '60001'],
  MUSTER_SHED_EVENT_LOOP_MS: ['0.5', '60001'],
  MUSTER_SHED_EVENT_LOOP_PERCENT: ['98 %', '101'],
  MUSTER_SHED_HEAP_MB: ['1G', '1000001'],
  MUSTER_SHED_RSS_MB: ['512MB', '1000001'],
  MUSTER_JWT_SECRET: ['hunter2', 'x'.repeat(31), `-----BEGIN PUBLIC KEY-----${SHORT}`],
  MUSTER_JWT_PUBLIC_KEY: [
    'hunter2',
    `-----BEGIN PUBLIC KEY-----\\n${SHORT}`,
    PRIVATE_KEY,
    WEAK_KEY
  ],
  MUSTER_JWT_JWKS_URL: ['id.acme.test', 'ftp://id.acme.test', 'https://me:hunter2@id.acme.test'],
  MUSTER_JWT_ISSUER: ['i'.repeat(501)],
  MUSTER_JWT_AUDIENCE: [' , '],
  MUSTER_JWT_CLOCK_TOLERANCE_SECONDS: ['301', '-1', '5 s', '1000'],
  MUSTER_CORS_ORIGINS: [
    'app.acme.test',
    'https://app.acme.test/',
    'https://app.acme.test/page',
    'https://*.acme.test',
    'file://app',
    'null'
  ],
  MUSTER_API_KEY: ['hunter2', 'mk_short_hunter2', `${newApiKeyToken().token}-`],
  MUSTER_LINK_SECRETS: [
    'hunter2',
    `k1:${SHORT}`,
    `K1:${LONG}`,
    `k1:${LONG},k1:${LONG}`,
    `k1:${LONG},`
  ],
  MUSTER_ENCRYPTION_KEYS: ['hunter2', `k1:${SHORT}`, `k1:${LONG}`],
  MUSTER_METRICS_TOKEN: ['hunter2', 'with a blank in it'],
  OTEL_EXPORTER_OTLP_ENDPOINT: ['collector.acme.test:4318', 'ftp://hunter2@collector'],
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ['/v1/traces'],
  OTEL_EXPORTER_OTLP_HEADERS: ['hunter2'],
  OTEL_TRACES_SAMPLER: ['sometimes'],
  OTEL_TRACES_SAMPLER_ARG: ['2', 'half']
}
