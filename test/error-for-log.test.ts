import t from 'tap'
import { errorForLog } from '../src/error-for-log.js'

await t.test('a failed query is told by its text and its cause, never by its values', async (t) => {
  const quoted = {
    code: '23505',
    constraint: 'members_one_per_email',
    detail: 'Key (email_key)=(ana@acme.test) already exists.',
    where: 'unnamed portal parameter $1 = ana@acme.test'
  }
  const cause = Object.assign(new Error('duplicate key value'), quoted)
  const query = 'insert into members values ($1)'
  const failed = new Error(`Failed query: ${query}\nparams: ana@acme.test`, { cause })
  Object.assign(failed, { query, params: ['ana@acme.test'] })
  const told = errorForLog(failed)
  t.match(told, {
    message: 'duplicate key value',
    stack: /error-for-log\.test/,
    code: '23505',
    constraint: 'members_one_per_email',
    query
  })
  t.notMatch(JSON.stringify(told), /ana@acme/)
})

await t.test('any other error is told with its stack and its causes', async (t) => {
  const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  t.match(errorForLog(new TypeError('outer', { cause })), {
    type: 'TypeError',
    message: 'outer',
    stack: /outer/,
    cause: { message: 'connect', code: 'ECONNREFUSED' }
  })
  t.equal(errorForLog('no error'), 'no error')
})
